from django.urls import path

from oversight.views import contacts, timeliness

urlpatterns = [
    path("timeliness/", timeliness.Timeliness.as_view(), name="timeliness"),
    path("timeliness/late/", timeliness.LateCentres.as_view(), name="timeliness_late"),
    path("timeliness/invoices/", timeliness.Invoices.as_view(), name="timeliness_invoices"),
    path("timeliness/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("timeliness/contacts/new/", contacts.NewContact.as_view(), name="contact_new"),
    path("timeliness/contacts/<int:pk>/letter/", contacts.Letter.as_view(), name="contact_letter"),
]
