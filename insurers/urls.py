from django.urls import path

from insurers.views import coverage, users

urlpatterns = [
    path("coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("coverage/<slug:kind>/", coverage.Coverage.as_view(), name="coverage"),
    path("users/", users.Users.as_view(), name="users"),
    path("users/new/", users.UserNew.as_view(), name="user_new"),
    path("users/<int:pk>/", users.UserPage.as_view(), name="user"),
    path("users/<int:pk>/edit/", users.UserEdit.as_view(), name="user_edit"),
    path("users/<int:pk>/<slug:verb>/", users.UserAction.as_view(), name="user_action"),
]
