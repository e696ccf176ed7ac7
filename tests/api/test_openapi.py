"""The description of the API, and the page that shows it without another server's help."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from api.examples import BODIES, RAW
from api.routers.datasets import XLSX
from tests.support.service import Service


def test_every_operation_documents_its_errors_with_the_same_schema(kept: Service) -> None:
    schema = kept.nobody.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            wanted = {"401", "403", "404", "422", "500"} if path.startswith("/v1") else {"500", "503"}
            if method != "get":
                wanted.add("409")
            assert wanted <= operation["responses"].keys(), (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    reference = response["content"]["application/problem+json"]["schema"]["$ref"]
                    assert reference == "#/components/schemas/Problem"


def test_every_reference_leads_somewhere(kept: Service) -> None:
    text = kept.nobody.get("/openapi.json").text
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names
    assert names <= kept.nobody.get("/openapi.json").json()["components"]["schemas"].keys()


def test_operations_have_names_of_their_own_and_need_a_key(kept: Service) -> None:
    operations = [
        (path, operation)
        for path, methods in kept.nobody.get("/openapi.json").json()["paths"].items()
        for operation in methods.values()
    ]
    names = [operation["operationId"] for _, operation in operations]
    assert len(set(names)) == len(names)
    open_to_all = {operation["operationId"] for path, operation in operations if "security" not in operation}
    assert open_to_all == {"log_in"} | {
        operation["operationId"] for path, operation in operations if not path.startswith("/v1")
    }
    summaries = [operation["summary"] for _, operation in operations]
    assert len(set(summaries)) == len(summaries)
    assert "Tell who asks, and what they may" in summaries


def test_the_docs_page_asks_no_other_server_for_anything(kept: Service) -> None:
    page = kept.nobody.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""", page.text)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/"), address
        assert not address.startswith("//")
        assert kept.nobody.get(address).status_code == 200, address


def test_what_is_answered_fits_what_is_described(kept: Service) -> None:
    schema = kept.nobody.get("/openapi.json").json()["components"]["schemas"]
    for path, name in (
        ("/v1/outlets", "OutletOut"), ("/v1/quotas", "QuotaOut"), ("/v1/rounds", "RoundOut"),
        ("/v1/rounds/spring/allotments", "ListedAllotmentOut"), ("/v1/rounds/spring/exports", "FileOut"),
    ):  # fmt: skip
        item = kept.planner.get(path).json()["items"][0]
        assert set(schema[name]["required"]) <= item.keys() <= schema[name]["properties"].keys(), name


def test_every_body_that_is_sent_has_an_example_that_fits_it(kept: Service) -> None:
    description = kept.nobody.get("/openapi.json").json()
    schemas = description["components"]["schemas"]
    sent, raw = set(), set()
    for path, methods in description["paths"].items():
        for operation in methods.values():
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                if "$ref" in content["schema"]:
                    sent.add(content["schema"]["$ref"].rpartition("/")[2])
                elif media_type in RAW:
                    raw.add(content["example"])
                else:
                    assert media_type in {"image/jpeg", "image/png", "application/pdf", XLSX, "application/zip"}, path
    assert sent == BODIES.keys()
    assert raw == set(RAW.values())
    models = {model.__name__: model for model in every_subclass(BaseModel)}
    for name, body in BODIES.items():
        assert models[name].model_validate(body)
        assert schemas[name]["examples"] == [body]


def every_subclass(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from every_subclass(one)


def test_every_error_has_an_example_with_its_status_and_a_sentence(kept: Service) -> None:
    for methods in kept.nobody.get("/openapi.json").json()["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    example = response["content"]["application/problem+json"]["example"]
                    assert str(example["status"]) == status
                    assert example["detail"]
                    assert "{" not in example["detail"]
