"""The way to the API: gql's transport, with the client's token and with retries that are safe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from gql import GraphQLRequest
from gql.transport.exceptions import TransportClosed
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import ExecutionResult, OperationDefinitionNode, OperationType

from hansa.storefront.errors import Unauthorized
from hansa.storefront.proofs import ProofKey
from hansa.storefront.retrying import Patience, patiently
from hansa.storefront.tokens import Credential, Tokens

ACCEPT = "application/graphql-response+json, application/json;q=0.9"
UNAUTHORIZED = 401


class PatientTransport(HTTPXAsyncTransport):
    """Sends operations; a mutation is sent again after a loss only if it carries an idempotency key."""

    def __init__(
        self, url: str, credential: Credential, patience: Patience, *, proof: ProofKey | None, **options: Any
    ) -> None:
        super().__init__(url + "/graphql", **options)
        self._base = url
        self._credential = credential
        self._patience = patience
        self._proof = proof
        self.tokens: Tokens | None = None

    async def connect(self) -> None:
        """Open the connections that tokens and operations share."""
        await super().connect()  # type: ignore[no-untyped-call]
        assert self.client is not None
        self.tokens = Tokens(self.client, self._base, self._credential, self._patience, self._proof)

    async def execute(
        self,
        request: GraphQLRequest,
        *,
        extra_args: dict[str, Any] | None = None,
        upload_files: bool = False,
    ) -> ExecutionResult:
        """Send one operation. Raises: Unanswered, Unauthorized."""
        if self.client is None or self.tokens is None:
            raise TransportClosed("The storefront is not open.")
        posted = self._prepare_request(request, extra_args=extra_args, upload_files=upload_files)
        key = key_in(request.variable_values or {})
        repeatable = key is not None or not _changes(request)
        answer = await patiently(lambda: self._sent(posted), self._patience, key=key, repeatable=repeatable)
        if answer.status_code == UNAUTHORIZED:
            raise Unauthorized("The API does not accept the token.")
        return self._prepare_result(answer)

    async def _sent(self, posted: Mapping[str, Any]) -> httpx.Response:
        """Sent with a token; once more with a fresh one, should the server have stopped believing it."""
        answer = httpx.Response(UNAUTHORIZED)
        for _ in range(2):
            assert self.client is not None
            assert self.tokens is not None
            token = await self.tokens.current()
            headers = self.tokens.headers(token, method="POST", url=self.url)
            answer = await self.client.post(self.url, headers={**headers, "Accept": ACCEPT}, **posted)
            if answer.status_code != UNAUTHORIZED:
                break
            self.tokens.forget(token)
        return answer


def key_in(variables: Any) -> str | None:
    """The idempotency key of a request; of many in one, the first."""
    if isinstance(variables, Mapping):
        key = variables.get("idempotencyKey")
        if isinstance(key, str):
            return key
        variables = list(variables.values())
    if isinstance(variables, list | tuple):
        return next((found for part in variables if (found := key_in(part)) is not None), None)
    return None


def _changes(request: GraphQLRequest) -> bool:
    return any(
        isinstance(part, OperationDefinitionNode) and part.operation is OperationType.MUTATION
        for part in request.document.definitions
    )
