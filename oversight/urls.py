from django.urls import path

from oversight.views import contacts, councils, experts, physicians, timeliness

urlpatterns = [
    path("timeliness/", timeliness.Timeliness.as_view(), name="timeliness"),
    path("timeliness/late/", timeliness.LateCentres.as_view(), name="timeliness_late"),
    path("timeliness/invoices/", timeliness.Invoices.as_view(), name="timeliness_invoices"),
    path("timeliness/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("timeliness/contacts/new/", contacts.NewContact.as_view(), name="contact_new"),
    path("timeliness/contacts/<int:pk>/letter/", contacts.Letter.as_view(), name="contact_letter"),
    path("timeliness/experts/", experts.Experts.as_view(), name="experts"),
    path("timeliness/experts/lines/", experts.ExpertLines.as_view(), name="expert_lines"),
    path("timeliness/physicians/", physicians.Notices.as_view(), name="status_notices"),
    path("timeliness/physicians/tell/", physicians.Tell.as_view(), name="status_tell"),
    path("timeliness/physicians/letters/<int:pk>/", physicians.LetterPdf.as_view(), name="status_letter"),
    path("timeliness/physicians/letters/<int:pk>/file/", physicians.Proof.as_view(), name="status_proof"),
    path("councils/", councils.Councils.as_view(), name="councils"),
    path("councils/new/", councils.NewCouncil.as_view(), name="council_new"),
    path("councils/resolutions/", councils.Resolutions.as_view(), name="resolutions"),
    path(
        "councils/resolutions/<int:pk>/follow-up/", councils.FollowUp.as_view(), name="resolution_follow_up"
    ),
    path("councils/<int:pk>/", councils.CouncilPage.as_view(), name="council"),
    path("councils/<int:pk>/paper/", councils.Paper.as_view(), name="council_paper"),
    path("councils/<int:pk>/items/", councils.AddItem.as_view(), name="council_item_add"),
    path("councils/<int:pk>/items/<int:item>/drop/", councils.DropItem.as_view(), name="council_item_drop"),
    path("councils/<int:pk>/hold/", councils.Hold.as_view(), name="council_hold"),
    path("councils/<int:pk>/cancel/", councils.Cancel.as_view(), name="council_cancel"),
    path("councils/<int:pk>/resolutions/", councils.Resolve.as_view(), name="council_resolve"),
]
