#!/usr/bin/env python3
"""Actions on volumes and servers that are made of others: what they call runs as if a task had called it."""
import time

import gregale_action


def wait_for(context, action, identity, status, seconds):
    """Until the resource has that status."""
    end = time.monotonic() + seconds
    while not context.cancelled:
        resource = context.call(action, id=identity)
        if resource["status"] == status:
            return resource
        if resource["status"].startswith("error"):
            raise gregale_action.ActionError("%s is in status %s" % (identity, resource["status"]), resource)
        if time.monotonic() > end:
            raise gregale_action.ActionError("%s is not %s after %d seconds" % (identity, status, seconds), resource)
        time.sleep(0.5)
    raise gregale_action.Cancelled()


def planned(context, server, size, name="", seconds=300):
    return {"creates": "a volume of %d GB" % size, "attaches_to": server}


@gregale_action.action("volumes.create_and_attach", test=planned, region=True)
def create_and_attach(context, server: str, size: int, name: str = "", seconds: int = 300):
    """Creates a volume, waits for it, and attaches it to a server in the same region."""
    volume = context.call("cinder.volumes_create", size=size, name=name)
    context.log("created volume %s" % volume["id"])
    wait_for(context, "cinder.volumes_get", volume["id"], "available", seconds)
    context.call("nova.volumes_create_server_volume", server_id=server, volume_id=volume["id"])
    return wait_for(context, "cinder.volumes_get", volume["id"], "in-use", seconds)


gregale_action.serve()
