"""A moto server of its own process, and infra pointed at it the way any AWS tool is: by environment."""

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[3]
REGION = "us-west-2"

# moto knows only a handful of public images; the example's is told to it.
IMAGES = [
    {
        "ami_id": "ami-0bc06212a56393ee1",
        "name": "CentOS 7.9.2009 x86_64",
        "owner_id": "125523088429",
        "description": "CentOS Linux 7 x86_64",
        "state": "available",
        "public": True,
        "image_location": "125523088429/CentOS 7.9.2009 x86_64",
        "image_type": "machine",
        "platform": "linux",
        "architecture": "x86_64",
        "root_device_type": "ebs",
        "root_device_name": "/dev/sda1",
        "sriov": "simple",
        "virtualization_type": "hvm",
        "hypervisor": "xen",
        "creation_date": "2020-12-14T17:04:20.000Z",
    }
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory):
    images = tmp_path_factory.mktemp("moto") / "images.json"
    images.write_text(json.dumps(IMAGES))
    port = free_port()
    log = (images.parent / "moto.log").open("w")
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("server.py")), "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, "MOTO_AMIS_PATH": str(images)},
        stdout=log,
        stderr=log,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=1)
            break
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, "moto did not start"
            time.sleep(0.1)
    yield url
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="session")
def environment(endpoint):
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="session")
def ec2(endpoint):
    return boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The example as it is in the repository, in a folder where its state may be written."""
    folder = tmp_path_factory.mktemp("program") / "51desk"
    shutil.copytree(ROOT / "examples" / "51desk", folder, ignore=shutil.ignore_patterns(".infra", "infra.state*"))
    # Every image of moto has 15 GiB, and moto takes a smaller root volume; Amazon's CentOS has 8 GiB.
    hosts = folder / "hosts.infra"
    hosts.write_text(hosts.read_text().replace("\nserver ", '\n@allow("size-too-small")\nserver '))
    return folder


@pytest.fixture(scope="session")
def infra_in(environment):
    """Runs a command of infra on the program in a folder."""

    def run(folder, *words, expect=0):
        command = [os.environ["INFRA_BIN"], words[0], str(folder), *words[1:]]
        done = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=600, stdin=subprocess.DEVNULL)
        assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def infra(infra_in, program):
    return functools.partial(infra_in, program)
