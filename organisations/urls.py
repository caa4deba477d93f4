from django.urls import path

from organisations.views import access, jobs, trail, tree

urlpatterns = [
    path("sign-in/", access.SignIn.as_view(), name="login"),
    path("sign-out/", access.SignOut.as_view(), name="logout"),
    path("password/", access.PasswordChange.as_view(), name="password_change"),
    path("regions/", tree.Regions.as_view(), name="regions"),
    path("centres/", tree.Centres.as_view(), name="centres"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<int:pk>/progress/", jobs.JobProgress.as_view(), name="job_progress"),
    path("ui/", access.Gallery.as_view(), name="gallery"),
    path("audit/", trail.AuditTrail.as_view(), name="audit"),
]
