"""What the settings of a proxy are called that say where it reads its keys: table, region, endpoint."""

from __future__ import annotations

from ...iam.expressions import expression


def names_the_table(variable: str) -> bool:
    """Whether a variable holds the name of the auth keys table: it speaks of a table for keys, and of nothing that
    other tables are for. One that ends with a key (AUTH_TABLE_ACCESS_KEY) holds a secret, or the table's key
    attribute."""
    return _OF_THE_TABLE.fullmatch(variable) is not None


_AROUND = r"(?:AUTH|API|ACCESS|TENANT|INDEX|CELL|PROXY|REVERSE|SIDECAR|STORE|AWS|DYNAMODB|DYNAMO|DDB)"
_OF_THE_TABLE = expression(rf"(?:{_AROUND}_)*(?:AUTH|API)?KEYS?(?:_{_AROUND})*_?TABLE(?:_(?:NAME|ARN))?")


def names_the_region(variable: str) -> bool:
    """Whether a variable holds the region of the calls, or of the table."""
    return _OF_THE_REGION.fullmatch(variable) is not None


_OF_THE_REGION = expression(r"(?:(?:AWS|DYNAMODB|DYNAMO|DDB|AUTH|API|KEYS?|TABLE|DEFAULT)_)*REGION")


def names_the_endpoint(variable: str) -> bool:
    """Whether a variable holds the address that DynamoDB is called at."""
    return _OF_THE_ENDPOINT.fullmatch(variable) is not None


_OF_THE_ENDPOINT = expression(
    r"AWS_ENDPOINT_URL(?:_DYNAMODB)?|(?:AWS_)?(?:DYNAMODB|DYNAMO|DDB)_(?:ENDPOINT(?:_UR[LI])?|UR[LI])"
)


def is_setting(variable: str) -> bool:
    """Whether a variable is one of these."""
    return names_the_table(variable) or names_the_region(variable) or names_the_endpoint(variable)


def as_variable(argument: str) -> str:
    """The name of an argument as variables are named: `auth-keys-table` is AUTH_KEYS_TABLE."""
    return argument.upper().replace("-", "_").replace(".", "_")
