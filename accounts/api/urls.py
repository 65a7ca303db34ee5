"""The addresses of an agency's people and keys."""

from accounts.api import agency
from accounts.api.routes import both

WORKSPACE = "workspaces/<slug:workspace>/"

urlpatterns = [
    *both("agency/members/", agency.MembersView, "members"),
    *both("agency/members/<int:member>/", agency.MemberView, "member"),
    *both("agency/invitations/", agency.InvitationsView, "invitations"),
    *both("agency/invitations/<int:invitation>/", agency.InvitationView, "invitation"),
    *both("agency/tokens/", agency.TokensView, "tokens"),
    *both("agency/tokens/<int:token>/", agency.TokenView, "token"),
    *both("agency/audit/", agency.AuditView, "audit"),
    *both(f"{WORKSPACE}write-keys/", agency.WriteKeysView, "write-keys"),
    *both(f"{WORKSPACE}write-keys/<int:key>/", agency.WriteKeyView, "write-key"),
]
