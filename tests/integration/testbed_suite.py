#!/usr/bin/env python3
"""Runs workflows over both regions of a real OpenStack.

usage: testbed_suite.py GREGALE [TESTBED [WORD]]

TESTBED (default: $TESTBED_DIR) is the folder of a testbed that is up: its clouds.yaml has admin-r1, demo-r1,
demo-r2 and alt_demo-r1, its seed.json says that there is data in it. Where none is up, one line says so and the
exit code is 77, which CTest counts as skipped. With WORD only the cases run whose names have it in them.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.request
import uuid

from database_cases import DatabaseCases

SKIPPED = 77
REGIONS = ["RegionOne", "RegionTwo"]


class Skipped(Exception):
    """A case that this testbed cannot show."""


class Suite(DatabaseCases):
    def __init__(self, gregale, testbed):
        self.gregale, self.testbed = gregale, pathlib.Path(testbed)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        self.environment["OS_CLIENT_CONFIG_FILE"] = str(self.testbed / "clouds.yaml")

    def gregale_json(self, *arguments, expect=0):
        done = subprocess.run([self.gregale, *arguments, "--format", "json"], env=self.environment,
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == expect, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def run(self, workflow, *arguments, cloud="demo-r1", expect=0):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("version: '2.0'\n" + workflow)
            file.flush()
            return self.gregale_json("run", file.name, "--workflow", "wf", "--cloud", cloud, *arguments, expect=expect)

    def cloud(self, name):
        """The entry of clouds.yaml, by the openstacksdk's own form."""
        import yaml
        return yaml.safe_load((self.testbed / "clouds.yaml").read_text())["clouds"][name]

    # ---- the cases

    def test_reads_of_every_service_in_all_regions(self):
        actions = ["nova.servers_list", "nova.flavors_list", "glance.images_list", "neutron.list_networks",
                   "heat.stacks_list"]
        tasks = "".join(f"    t{i}: {{action: {name}, with-regions: all}}\n" for i, name in enumerate(actions))
        document = self.run("wf:\n  tasks:\n" + tasks)
        for task in document["tasks"]:
            assert sorted(task["result"]) == REGIONS, task
            assert task["action_executions"][-1]["request_ids"], task

    def test_what_is_made_in_each_region_is_found_there(self):
        document = self.run("""
wf:
  output: {made: <% $.made %>, found: <% $.found %>}
  tasks:
    make:
      action: neutron.create_network
      with-regions: all
      input: {body: {network: {name: "gregale-<% region() %>"}}}
      publish:
        made: <% dict(task().result.items().select([$[0], $[1].network.id])) %>
      on-success: find
    find:
      workflow: find_one
      with-regions: all
      input: {ids: <% $.made %>}
      publish: {found: <% task().result %>}
      on-success: remove
    remove:
      action: neutron.delete_network network=<% $.made.get(region()) %>
      with-regions: all
find_one:
  input: [ids]
  output: {name: <% $.name %>}
  tasks:
    show:
      action: neutron.show_network network=<% $.ids.get(region()) %>
      publish: {name: <% task().result.network.name %>}
""")
        found = document["output"]["found"]
        assert {r: found[r]["name"] for r in REGIONS} == {r: "gregale-" + r for r in REGIONS}, found

    def test_a_volume_in_the_other_region(self):
        document = self.run("""
wf:
  region: RegionTwo
  output: {status: <% $.status %>}
  tasks:
    create: {action: cinder.volumes_create size=1 name="gregale", publish: {id: <% task().result.id %>}, on-success: wait}
    wait:
      action: cinder.volumes_get volume_id=<% $.id %>
      retry: {count: 30, delay: 1, continue-on: <% task().result.status != available %>}
      publish: {status: <% task().result.status %>}
      on-complete: delete
    delete: {action: cinder.volumes_delete volume=<% $.id %>}
""")
        assert document["output"]["status"] == "available", document
        assert {a["region"] for t in document["tasks"] for a in t["action_executions"]} == {"RegionTwo"}

    # ---- the ledger

    def ids_in(self, region, kind):
        """The ids of all things of the kind that the region has, for its project."""
        action, path = {"network": ("neutron.list_networks", "networks"), "subnet": ("neutron.list_subnets", "subnets"),
                        "port": ("neutron.list_ports", "ports"), "volume": ("cinder.volumes_list", None),
                        "server": ("nova.servers_list", None), "image": ("glance.images_list", None)}[kind]
        output = self.gregale_json("action", "run", action, "--cloud", "demo-r1", "--region", region)["output"]
        return {thing["id"] for thing in (output[path] if path else output)}

    def test_the_ledger_and_the_regions_agree(self):
        kinds = ["network", "subnet", "port", "volume", "server"]
        before = {(r, k): self.ids_in(r, k) for r in REGIONS for k in kinds}
        example = pathlib.Path(__file__).parents[2] / "examples" / "site_in_each_region.yaml"
        with tempfile.TemporaryDirectory() as folder:
            db = os.path.join(folder, "a.db")
            execution = self.gregale_json(
                "run", str(example), "--workflow", "sites", "--cloud", "demo-r1", "--db", db, "-i",
                "regions=[RegionOne, RegionTwo]", "-i", "image=tb-same", "-i", "flavor=tb.same")["id"]
            rows = self.gregale_json("resource", "list", "--db", db)
            for region, kind in before:
                noted = {r["id"] for r in rows if (r["region"], r["kind"]) == (region, kind)}
                assert self.ids_in(region, kind) - before[region, kind] == noted and len(noted) == 1, (region, kind)
            done = self.gregale_json("resource", "cleanup", execution, "--db", db, "--cloud", "demo-r1")["resources"]
            assert len(done) == len(rows) and {r["outcome"] for r in done} == {"DELETED"}, done
        for region, kind in before:
            assert not self.ids_in(region, kind) - before[region, kind], (region, kind)

    def test_what_was_being_made_when_the_process_was_killed_is_made_once(self):
        kinds = ["network", "volume", "image", "server"]
        before = {k: self.ids_in("RegionTwo", k) for k in kinds}
        seed = json.loads((self.testbed / "seed.json").read_text())["RegionTwo"]
        workflow = """version: '2.0'
wf:
  region: RegionTwo
  task-defaults: {on-error: fail}
  tasks:
    network: {action: neutron.create_network, input: {body: {network: {name: killed}}}, on-success: volume}
    volume: {action: cinder.volumes_create size=1 name="killed", on-success: image}
    image: {action: glance.images_create name="killed" disk_format="raw" container_format="bare", on-success: server}
    server:
      action: nova.servers_create name="killed" nics="none"
      input: {image: %s, flavor: %s}
""" % (seed["images"]["tb-same"][0]["id"], seed["flavors"]["tb.same"]["id"])
        with tempfile.TemporaryDirectory() as folder:
            path, db = os.path.join(folder, "wf.yaml"), os.path.join(folder, "a.db")
            pathlib.Path(path).write_text(workflow)
            common = ["--db", db, "--cloud", "demo-r1"]
            command, execution, state, kills = ["run", path], None, "RUNNING", 0
            while state == "RUNNING":
                process = subprocess.Popen([self.gregale, *command, *common], env=self.environment,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    # The last one is let alone: it may have to wait for what was not made to be surely not made.
                    process.wait(random.uniform(0.5, 3) if kills < 6 else 200)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    kills += 1
                for listed in self.gregale_json("execution", "list", "--db", db) if os.path.exists(db) else []:
                    execution, state = listed["id"], listed["state"]
                    command = ["execution", "resume", execution]
            assert state == "SUCCESS", state
            rows = self.gregale_json("resource", "list", "--db", db)
            for kind in kinds:
                noted = {r["id"] for r in rows if r["kind"] == kind}
                made = self.ids_in("RegionTwo", kind) - before[kind]
                assert made == noted and len(made) == 1, (kind, made, noted)
            self.gregale_json("resource", "cleanup", execution, *common)
        for kind in kinds:
            assert not self.ids_in("RegionTwo", kind) - before[kind], kind

    def test_a_server_in_the_other_region(self):
        document = self.run("""
wf:
  region: RegionTwo
  output: {status: <% $.status %>, listed: <% $.listed %>, server: <% $.server %>}
  tasks:
    find_image:
      action: glance.images_list
      publish: {image: <% task().result.where($.name = 'tb-same').first().id %>}
      on-success: create
    find_flavor:
      action: nova.flavors_find name="tb.same"
      publish: {flavor: <% task().result.id %>}
      on-success: create
    find_network:
      action: neutron.list_networks name="private"
      publish: {network: <% task().result.networks.first().id %>}
      on-success: create
    create:
      join: all
      action: nova.servers_create name="gregale" image=<% $.image %> flavor=<% $.flavor %>
      input: {nics: [{net-id: <% $.network %>}]}
      publish: {server: <% task().result.id %>}
      on-success: wait
    wait:
      action: nova.servers_get server=<% $.server %>
      retry: {count: 60, delay: 1, continue-on: <% task().result.status != ACTIVE %>}
      publish: {status: <% task().result.status %>}
      on-complete: list
    list:
      action: nova.servers_list
      publish: {listed: <% task().result.id %>}
      on-complete: delete
    delete: {action: nova.servers_delete server=<% $.server %>}
""")
        output = document["output"]
        assert output["status"] == "ACTIVE" and output["server"] in output["listed"], document

    def test_a_stack_in_each_region(self):
        name = f"gregale-{uuid.uuid4().hex[:8]}"
        document = self.run("""
wf:
  output: {stacks: <% $.stacks %>}
  tasks:
    create:
      action: heat.stacks_create
      with-regions: all
      input:
        stack_name: NAME
        template:
          heat_template_version: '2018-08-31'
          resources: {value: {type: 'OS::Heat::Value', properties: {value: <% region() %>}}}
          outputs: {where: {value: {get_attr: [value, value]}}}
      on-success: wait
    wait:
      workflow: wait_for_stack
      with-regions: all
      publish: {stacks: <% task().result %>}
      on-complete: delete
    delete: {action: heat.stacks_delete stack_id="NAME", with-regions: all}
wait_for_stack:
  output: {where: <% $.where %>}
  tasks:
    show:
      action: heat.stacks_get stack_id="NAME"
      retry: {count: 60, delay: 1, continue-on: <% task().result.stack_status = CREATE_IN_PROGRESS %>}
      publish: {where: <% task().result.outputs.first().output_value %>}
""".replace("NAME", name))
        stacks = document["output"]["stacks"]
        assert {r: stacks[r]["where"] for r in REGIONS} == {r: r for r in REGIONS}, document

    def test_users_flavors_and_images(self):
        document = self.run("""
wf:
  output: {user: <% $.user %>, flavors: <% $.flavors %>, images: <% $.images %>}
  tasks:
    user:
      action: keystone.users_create name="gregale-user" domain="default"
      publish: {user: <% task().result %>}
      on-success: remove_user
    remove_user: {action: keystone.users_delete user=<% $.user.id %>}
    flavor:
      action: nova.flavors_create name="gregale.tiny" ram=64 vcpus=1 disk=1 flavorid="gregale-<% region() %>"
      with-regions: all
      publish: {flavors: <% task().result %>}
      on-success: remove_flavor
    remove_flavor: {action: nova.flavors_delete flavor="gregale-<% region() %>", with-regions: all}
    image:
      action: glance.images_create name="gregale" disk_format="raw" container_format="bare"
      with-regions: all
      publish: {images: <% task().result %>}
      on-success: remove_image
    remove_image: {action: glance.images_delete image_id=<% $.images.get(region()).id %>, with-regions: all}
""", cloud="admin-r1")
        output = document["output"]
        assert output["user"]["name"] == "gregale-user", output
        for region in REGIONS:
            assert output["flavors"][region]["ram"] == 64, output
            assert output["images"][region]["status"] == "queued", output

    def test_a_token_that_expires_in_the_middle(self):
        """Where tokens live for a minute at most (TESTBED_TOKEN_TTL=60): renewed, and no action notices."""
        cloud = self.cloud("demo-r1")["auth"]
        seconds = self.seconds_of_token(cloud)
        if seconds > 90:
            raise Skipped(f"tokens live for {seconds:.0f} s")
        document = self.run(f"""
wf:
  tasks:
    before: {{action: glance.images_list, with-regions: all, on-success: wait}}
    wait: {{action: std.sleep seconds={seconds + 5:.0f}, on-success: after}}
    after: {{action: glance.images_list, with-regions: all}}
""")
        assert [t["state"] for t in document["tasks"]] == ["SUCCESS"] * 3, document

    def test_objects(self):
        document = self.run("""
wf:
  output: {names: <% $.names %>}
  tasks:
    container: {action: swift.put_container container="gregale", with-regions: all, on-success: put}
    put:
      action: swift.put_object container="gregale" obj="o" contents="<% region() %>"
      with-regions: all
      on-success: get
    get:
      action: swift.get_object container="gregale" obj="o"
      with-regions: all
      publish: {names: <% task().result %>}
""")
        for region in REGIONS:
            assert region in json.dumps(document["output"]["names"][region]), document

    def test_credentials_of_the_custom_context_win(self):
        workflow = """
wf:
  output: {project: <% $.project %>}
  tasks:
    t:
      action: keystone.projects_list
      publish: {project: <% task().result %>}
"""
        refused = self.run(workflow, cloud="demo-r1", expect=1)
        assert "403" in json.dumps(refused), refused
        context = json.dumps({"os": self.cloud("admin-r1")})
        allowed = self.run(workflow, "--custom-context", context, cloud="demo-r1")
        assert "alt_demo" in json.dumps(allowed["output"]), allowed
        assert self.cloud("admin-r1")["auth"]["password"] not in json.dumps(allowed)

    def test_a_token_as_mistral_hands_it_over(self):
        cloud = self.cloud("demo-r1")["auth"]
        token, project = self.token(cloud)
        context = {"os": {"auth": {"X-Target-Auth-Uri": cloud["auth_url"], "X-Target-Auth-Token": token,
                                   "X-Target-Project-Id": project, "X-Target-Region-Name": "RegionTwo"}}}
        document = self.gregale_json("action", "run", "glance.images_list", "--cloud", "alt_demo-r1",
                                     "--custom-context", json.dumps(context))
        assert document["state"] == "SUCCESS" and token not in json.dumps(document), document

    def test_a_region_that_refuses_connections(self):
        cloud = self.cloud("demo-r1")
        token, project = self.token(cloud["auth"])
        ports = {"RegionOne": 21292, "RegionTwo": 9}
        catalog = [{"type": "image", "endpoints": [
            {"interface": "public", "region_id": r, "url": f"http://127.0.0.1:{p}"} for r, p in ports.items()]}]
        import base64
        context = {"os": {"auth": {"X-Target-Auth-Uri": cloud["auth"]["auth_url"], "X-Target-Auth-Token": token,
                                   "X-Target-Project-Id": project, "X-Target-Service-Catalog": base64.b64encode(
                                       json.dumps(catalog).encode()).decode()}}}
        document = self.run("wf: {tasks: {t: {action: glance.images_list, with-regions: all, min-success: 1}}}",
                            "--custom-context", json.dumps(context))
        task = document["tasks"][0]
        assert list(task["result"]) == ["RegionOne"] and list(task["region_errors"]) == ["RegionTwo"], task

    def test_definitions_are_checked_against_the_catalog(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("version: '2.0'\nwf: {tasks: {a: {action: nova.servers_list, region: RegionTow},"
                       " b: {action: designate.blacklists_list, region: RegionOne}}}\n")
            file.flush()
            report = self.gregale_json("validate", file.name, "--cloud", "demo-r1", expect=3)
        assert [d["code"] for d in report["diagnostics"]] == ["GR0909", "GR0911"], report

    def seconds_of_token(self, auth):
        import datetime
        token = self.keystone_answer(auth)[1]["token"]
        times = [datetime.datetime.fromisoformat(token[key].rstrip("Z")) for key in ("issued_at", "expires_at")]
        return (times[1] - times[0]).total_seconds()

    def token(self, auth):
        token, answer = self.keystone_answer(auth)
        return token, answer["token"]["project"]["id"]

    @staticmethod
    def keystone_answer(auth):
        request = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": auth["username"], "password": auth["password"],
            "domain": {"name": auth["user_domain_name"]}}}},
            "scope": {"project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}}}}
        with urllib.request.urlopen(urllib.request.Request(
                auth["auth_url"].rstrip("/").removesuffix("/v3") + "/v3/auth/tokens", json.dumps(request).encode(),
                {"Content-Type": "application/json"})) as response:
            return response.headers["X-Subject-Token"], json.load(response)


def is_up(testbed):
    if not testbed or not (pathlib.Path(testbed) / "seed.json").exists():
        return False
    endpoints = (pathlib.Path(testbed) / "clouds.yaml").read_text()
    url = next(line.split(":", 1)[1].strip().strip("'\"") for line in endpoints.splitlines() if "auth_url" in line)
    try:
        urllib.request.urlopen(url, timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def main():
    gregale = sys.argv[1]
    testbed = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("TESTBED_DIR", "")
    if not is_up(testbed):
        print(f"skipped: no testbed is up in '{testbed}' (TESTBED_DIR)")
        sys.exit(SKIPPED)
    suite = Suite(gregale, testbed)
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    failed = 0
    for name in sorted(n for n in dir(suite) if n.startswith("test_") and word in n):
        try:
            getattr(suite, name)()
            print(f"ok      {name}")
        except Skipped as reason:
            print(f"skipped {name}: {reason}")
        except Exception as error:  # every case is tried, whatever went wrong before
            failed += 1
            print(f"FAILED  {name}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
