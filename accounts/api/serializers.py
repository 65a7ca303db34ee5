"""The shapes of members, invitations, tokens, write keys and the audit log over HTTP."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Role, Scope

MAX_WORKSPACES = 200
MAX_OVERLAP_HOURS = 30 * 24
DEFAULT_OVERLAP_HOURS = 24


class WorkspacesField(serializers.ListField):
    """Names of workspaces; too many are refused before any of them is looked at."""

    child = serializers.CharField(max_length=60)

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > MAX_WORKSPACES:
            raise serializers.ValidationError(_("At most %(most)d workspaces.") % {"most": MAX_WORKSPACES})
        return super().to_internal_value(data)


class RoleSerializer(serializers.Serializer[Any]):
    """A role; a client's also names the workspaces they may see."""

    role = serializers.ChoiceField(Role.choices)
    workspaces = WorkspacesField(max_length=MAX_WORKSPACES, default=list)


class InvitedSerializer(RoleSerializer):
    """Whom to invite, and as what."""

    email = serializers.EmailField(max_length=254)


class InvitationSerializer(serializers.Serializer[Any]):
    """An offer that can still be taken; its link is in the e-mail alone."""

    id = serializers.IntegerField(source="pk")
    email = serializers.EmailField()
    role = serializers.CharField()
    workspaces = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    def get_workspaces(self, row: Any) -> list[str]:
        return sorted(workspace.slug for workspace in row.workspaces.all())


class MemberSerializer(serializers.Serializer[Any]):
    """A member of the agency; `workspaces` holds those given to a client, and is null for everybody else."""

    id = serializers.IntegerField(source="pk")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    role = serializers.CharField()
    workspaces = serializers.SerializerMethodField()

    def get_workspaces(self, row: Any) -> list[str] | None:
        if row.role != Role.CLIENT:
            return None
        return sorted(access.workspace.slug for access in row.accesses.all())


class TokenSerializer(serializers.Serializer[Any]):
    """A token without its secret, which nobody can read again."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(max_length=120)
    scope = serializers.ChoiceField(Scope.choices, default=Scope.READ.value)
    workspace = serializers.CharField(max_length=60, allow_null=True, default=None, source="workspace.slug")
    expires_at = serializers.DateTimeField(allow_null=True, default=None)
    prefix = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def validate_expires_at(self, given: Any) -> Any:
        if given is not None and given <= timezone.now():
            raise serializers.ValidationError(_("Choose a time to come."))
        return given


class NewTokenSerializer(TokenSerializer):
    """A token just made, with its secret."""

    token = serializers.CharField(help_text="Shown only now.")


class WriteKeySerializer(serializers.Serializer[Any]):
    """A write key without its secret; `revoked_at` may lie ahead, while a new key takes over."""

    id = serializers.IntegerField(source="pk")
    prefix = serializers.CharField()
    created_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewWriteKeySerializer(WriteKeySerializer):
    """A write key just made, with its secret."""

    write_key = serializers.CharField(help_text="Shown only now.")


class RotationSerializer(serializers.Serializer[Any]):
    """How long the keys there are hold beside the new one."""

    overlap_hours = serializers.IntegerField(default=DEFAULT_OVERLAP_HOURS, min_value=0, max_value=MAX_OVERLAP_HOURS)


class AuditEntrySerializer(serializers.Serializer[Any]):
    """Who did or tried what."""

    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField()
    actor_kind = serializers.CharField()
    actor_id = serializers.IntegerField(allow_null=True, help_text="A user's id, or a token's.")
    workspace = serializers.IntegerField(source="workspace_id", allow_null=True, help_text="Its `site_id`.")
    action = serializers.CharField()
    object = serializers.CharField()
    result = serializers.CharField()
    request_id = serializers.CharField()


class MemberPageSerializer(serializers.Serializer[Any]):
    results = MemberSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class InvitationPageSerializer(serializers.Serializer[Any]):
    results = InvitationSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class TokenPageSerializer(serializers.Serializer[Any]):
    results = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class WriteKeyPageSerializer(serializers.Serializer[Any]):
    results = WriteKeySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class AuditPageSerializer(serializers.Serializer[Any]):
    results = AuditEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)
