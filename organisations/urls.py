from django.urls import path

from organisations.views import access, account, jobs, outcomes, trail, tree

urlpatterns = [
    path("sign-in/", access.SignIn.as_view(), name="login"),
    path("sign-in/code/", access.SignInCode.as_view(), name="login_code"),
    path("sign-out/", access.SignOut.as_view(), name="logout"),
    path("password/", account.PasswordChange.as_view(), name="password_change"),
    path("account/", account.Account.as_view(), name="account"),
    path("account/sessions/end-others/", account.EndOtherSessions.as_view(), name="sessions_end_others"),
    path("account/sessions/<slug:reference>/end/", account.EndSession.as_view(), name="session_end"),
    path("account/second-factor/", account.SecondFactor.as_view(), name="second_factor"),
    path("account/second-factor/codes/", account.RenewRecoveryCodes.as_view(), name="recovery_codes_renew"),
    path("account/second-factor/remove/", account.RemoveSecondFactor.as_view(), name="second_factor_remove"),
    path("regions/", tree.Regions.as_view(), name="regions"),
    path("regions/new/", tree.RegionSave.as_view(), name="region_new"),
    path("regions/<int:pk>/edit/", tree.RegionSave.as_view(), name="region_edit"),
    path("centres/new/", tree.CentreNew.as_view(), name="centre_new"),
    path("centres/<int:pk>/edit/", tree.CentreEdit.as_view(), name="centre_edit"),
    path("centres/", tree.Centres.as_view(), name="centres"),
    path("outcomes/<slug:token>/", outcomes.Outcomes.as_view(), name="outcomes"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<int:pk>/progress/", jobs.JobProgress.as_view(), name="job_progress"),
    path("ui/", access.Gallery.as_view(), name="gallery"),
    path("audit/", trail.AuditTrail.as_view(), name="audit"),
]
