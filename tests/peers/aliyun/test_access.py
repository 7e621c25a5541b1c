"""Who may call: signatures are checked."""

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client as Ecs


def test_a_wrong_secret_is_refused(cloud):
    client = cloud.client(Ecs, secret="not-the-secret")
    with pytest.raises(Exception) as caught:
        client.describe_regions(models.DescribeRegionsRequest())
    assert "SignatureDoesNotMatch" in str(caught.value)
