"""The views every endpoint is built on: who calls, whose rows, one transaction, one shape of answer."""

from contextlib import AbstractContextManager, ExitStack
from typing import Any

from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import schema  # noqa: F401 - describes the authentication
from accounts.api.idempotency import AlreadyAnswered, Claim, Derived, claim_key
from accounts.api.parsers import CleanJSONParser
from accounts.audit import about, note, note_anyhow
from accounts.authentication import token_of
from accounts.models import ApiToken, Workspace
from accounts.permissions import READING, workspaces_of_token
from accounts.tenancy import workspace_scope

# Statuses that say "you may not".
REFUSED = {401, 403, 404}


class AlwaysFirst(BaseContentNegotiation):
    """There is one way to answer, whatever a client says it accepts."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)


class ApiView(APIView):
    """Everything of one request in one transaction: an error takes back whatever was written before it.

    A POST with an Idempotency-Key is answered once; repeats get the first answer again.
    """

    parser_classes = [CleanJSONParser]
    content_negotiation_class = AlwaysFirst
    metadata_class = None
    # A secret in the answer: kept out of the remembered one, and derived again for a repeat.
    derived: Derived | None = None
    audited = True

    _claim: Claim | None = None
    _in_transaction = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self._opened:
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                if self._claim is not None and response.status_code < 400:
                    self._claim.remember(response)
                # In here, so that nothing is read after the workspace's scope has closed.
                response.render()
                if response.status_code < 400:
                    self._audit(request, response)
            # Somebody's figures, and once a key: nothing on the way may keep them.
            response.headers.setdefault("Cache-Control", "no-store")
            if response.status_code >= 400 and self._in_transaction:
                transaction.set_rollback(True)
        if response.status_code >= 400:
            # After the transaction, which took everything back.
            self._audit(request, response)
        return response

    def _audit(self, request: Any, response: HttpResponseBase) -> None:
        # Reads are no news, unless they were refused.
        if request.method in READING and response.status_code not in REFUSED:
            return
        match = request.resolver_match
        if match is None or not self.audited:
            return
        token = getattr(self.request, "_auth", None)
        body = getattr(response, "data", None)
        made = body.get("id", "") if isinstance(body, dict) and response.status_code == 201 else ""
        keep = note if response.status_code < 400 else note_anyhow
        keep(
            f"{request.method} {match.url_name.removeprefix('api-').removesuffix('-bare')}",
            response.status_code,
            actor=token,
            agency=token.agency if isinstance(token, ApiToken) else None,
            workspace=getattr(self.request, "workspace", None),
            about=f"id={made}" if made else about(match.kwargs),
            request=request,
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_query(request)
        self.open(request, **kwargs)
        if request.method == "POST":
            self._claim = claim_key(request, derived=self.derived)

    def open(self, request: Request, **kwargs: Any) -> None:
        """Open the transaction the request runs in."""
        self.enter(transaction.atomic())

    def enter(self, opened: AbstractContextManager[None]) -> None:
        """Keep a transaction open until the answer is rendered."""
        self._opened.enter_context(opened)
        self._in_transaction = True

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, AlreadyAnswered):
            return exc.response
        return super().handle_exception(exc)

    @property
    def claimed_secret(self) -> str | None:
        """The secret this request must hand out, if it may be repeated; None: any new one will do."""
        return self._claim.secret if self._claim else None


class AgencyView(ApiView):
    """An endpoint of the token's agency."""

    def token_of_agency(self, request: Request) -> ApiToken:
        """The token, if it is the agency's own; raises PermissionDenied for one of a single workspace."""
        token = token_of(request)
        if token.workspace_id is not None:
            raise PermissionDenied(_("A workspace's token may not do that; use the agency's."))
        return token


class WorkspaceRequest(Request):
    """A request whose workspace has been found."""

    workspace: Workspace


class WorkspaceView(ApiView):
    """An endpoint of the workspace named by the address; its scope is open until the answer is made."""

    _found: Workspace | None = None

    def check_permissions(self, request: Request) -> None:
        # Before the scope: not there and not yours answer alike, whatever a token may do elsewhere.
        if isinstance(request.auth, ApiToken):
            self._found = workspaces_of_token(request.auth).filter(slug=self.kwargs["workspace"]).first()
            if self._found is None:
                raise Http404
        super().check_permissions(request)

    def open(self, request: Request, **kwargs: Any) -> None:
        if self._found is None:
            raise Http404
        self.enter(workspace_scope(self._found))
        request.workspace = self._found  # type: ignore[attr-defined]


class NothingHere(ApiView):
    """Every address of the API that leads nowhere."""

    permission_classes = []
    authentication_classes = []
    schema = None
    audited = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def check_query(request: Request) -> None:
    """Refuse what has no value, and characters that no table can keep; raises ValidationError naming the parameter."""
    for name, values in request.query_params.lists():
        if any("\0" in text for text in (name, *values)):
            raise ValidationError({name.replace("\0", ""): _("This has a character that cannot be kept.")})
        if "" in values:
            raise ValidationError({name: _("Give a value, or leave it out.")})
