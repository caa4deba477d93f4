from django.urls import path

from oversight.views import contacts, experts, physicians, timeliness

urlpatterns = [
    path("timeliness/", timeliness.Timeliness.as_view(), name="timeliness"),
    path("timeliness/late/", timeliness.LateCentres.as_view(), name="timeliness_late"),
    path("timeliness/invoices/", timeliness.Invoices.as_view(), name="timeliness_invoices"),
    path("timeliness/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("timeliness/contacts/new/", contacts.NewContact.as_view(), name="contact_new"),
    path("timeliness/contacts/<int:pk>/letter/", contacts.Letter.as_view(), name="contact_letter"),
    path("timeliness/experts/", experts.Experts.as_view(), name="experts"),
    path("timeliness/physicians/", physicians.Notices.as_view(), name="status_notices"),
    path("timeliness/physicians/tell/", physicians.Tell.as_view(), name="status_tell"),
    path("timeliness/physicians/letters/<int:pk>/", physicians.LetterPdf.as_view(), name="status_letter"),
    path("timeliness/physicians/letters/<int:pk>/file/", physicians.Proof.as_view(), name="status_proof"),
]
