"""Starts the simulator and gives Alibaba's clients, whose answers are checked against their own models."""

import json
import os
import subprocess
import time

import pytest
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.models import Config
from alibabacloud_vpc20160428.client import Client as Vpc

REGION = "cn-hangzhou"
ZONE = "cn-hangzhou-h"
IMAGE = "aliyun_3_x64_20G_alibase_20250629.vhd"


class Cloud:
    """A running simulator."""

    def __init__(self, state):
        command = [os.environ["INFRA_BIN"], "sim", "--listen", "127.0.0.1:0", "--state", str(state), "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.address = told["endpoint"].removeprefix("http://")
        self.access_key = told["aliyun"]["access_key"]
        self.secret_key = told["aliyun"]["secret_key"]

    def client(self, kind, secret=None):
        return kind(
            Config(
                access_key_id=self.access_key,
                access_key_secret=secret or self.secret_key,
                endpoint=self.address,
                protocol="HTTP",
                region_id=REGION,
            )
        )

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    cloud = Cloud(tmp_path_factory.mktemp("cloud") / "state.jsonl")
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def ecs(cloud):
    return cloud.client(Ecs)


@pytest.fixture(scope="session")
def vpc(cloud):
    return cloud.client(Vpc)


@pytest.fixture(autouse=True, scope="session")
def answers():
    """Keeps every answer as it came, so that a test can compare it with what the SDK's model makes of it."""
    kept = []
    for name in ("call_api", "do_request", "execute"):
        original = getattr(OpenApi, name)

        def noting(self, *arguments, original=original, **named):
            answer = original(self, *arguments, **named)
            if isinstance(answer, dict) and isinstance(answer.get("body"), dict):
                kept.append(json.loads(json.dumps(answer["body"])))
            return answer

        setattr(OpenApi, name, noting)
    yield kept


@pytest.fixture(scope="session")
def call(answers):
    """Calls an action, and demands that its answer passes through the SDK's model without losing a key."""

    def call(action, request):
        count = len(answers)
        model = action(request).body
        assert len(answers) > count, "the answer was seen"
        lost = difference(answers[-1], model.to_map(), type(model).__name__)
        assert lost == [], "the model does not know these"
        return model

    return call


def difference(answer, model, path):
    """The paths of an answer that its model does not have."""
    if isinstance(answer, dict):
        known = model if isinstance(model, dict) else {}
        lost = [f"{path}.{key}" for key in answer if key not in known]
        pairs = [(answer[key], known[key], f"{path}.{key}") for key in answer if key in known]
    elif isinstance(answer, list):
        known = model if isinstance(model, list) else []
        lost = [path] if len(answer) != len(known) else []
        pairs = [(one, other, f"{path}[]") for one, other in zip(answer, known)]
    else:
        return []
    return lost + [one for pair in pairs for one in difference(*pair)]


@pytest.fixture(scope="session")
def eventually():
    """Calls until the answer is as it shall be."""

    def eventually(ask, wanted):
        for _ in range(100):
            seen = ask()
            if wanted(seen):
                return seen
            time.sleep(0.3)
        raise AssertionError(f"it stays {seen}")

    return eventually
