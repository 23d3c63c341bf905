#!/usr/bin/python3
"""std.email, std.ssh, std.ssh_proxied and std.javascript against real servers on the loopback.

usage: network_actions_test.py GREGALE

The mail server is aiosmtpd, the SSH server OpenSSH's sshd (as an own process with throw-away keys) and, for
passwords, paramiko's.
"""
import contextlib
import email
import email.policy
import json
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import paramiko
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

GREGALE = os.path.abspath(sys.argv.pop(1))


def run_action(name, **parameters):
    """The document of `gregale action run`, and its exit code."""
    done = subprocess.run([GREGALE, "action", "run", name, "--input", json.dumps(parameters), "--format", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120)
    return json.loads(done.stdout), done.returncode


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class ActionTest(unittest.TestCase):
    maxDiff = None

    def succeed(self, name, **parameters):
        document, code = run_action(name, **parameters)
        self.assertEqual((document["state"], code), ("SUCCESS", 0), document)
        return document["output"]

    def fail_with(self, text, name, **parameters):
        document, code = run_action(name, **parameters)
        self.assertEqual((document["state"], code), ("ERROR", 1), document)
        self.assertIn(text, document["output"])
        return document["output"]


class Mailbox:
    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 taken"


def certificate(folder):
    path = os.path.join(folder, "server.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-keyout", path, "-out", path + ".crt"], check=True, stderr=subprocess.DEVNULL)
    with open(path, "a") as key, open(path + ".crt") as crt:
        key.write(crt.read())
    return path


class Email(ActionTest):
    def serve(self, **options):
        box = Mailbox()
        controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        self.addCleanup(controller.stop)
        return box, "127.0.0.1:%d" % controller.port

    def message(self, box):
        return email.message_from_bytes(box.mails[-1].original_content, policy=email.policy.default)

    def test_plain_text(self):
        box, server = self.serve()
        body = "Grüße\nund\n" + "lang " * 100
        result = self.succeed("std.email", from_addr="me@example.org", to_addrs=["a@example.org", "b@example.org"],
                              cc_addrs=["c@example.org"], bcc_addrs=["d@example.org"], reply_to=["r@example.org"],
                              smtp_server=server, subject="Schöne " + "lange " * 20 + "Sache ✓", body=body)
        self.assertIsNone(result)
        envelope = box.mails[0]
        self.assertEqual(envelope.mail_from, "me@example.org")
        self.assertEqual(sorted(envelope.rcpt_tos),
                         ["a@example.org", "b@example.org", "c@example.org", "d@example.org"])
        message = self.message(box)
        self.assertEqual(message["Subject"], "Schöne " + "lange " * 20 + "Sache ✓")
        self.assertEqual(message["To"], "a@example.org, b@example.org")
        self.assertEqual(message["Cc"], "c@example.org")
        self.assertEqual(message["Reply-To"], "r@example.org")
        self.assertIsNone(message["Bcc"])
        self.assertEqual(message.get_content_type(), "text/plain")
        self.assertEqual(message.get_content().replace("\r\n", "\n").rstrip("\n"), body.rstrip("\n"))

    def test_defaults_and_one_recipient_as_text(self):
        box, server = self.serve()
        self.succeed("std.email", from_addr="me@example.org", to_addrs="a@example.org", smtp_server=server)
        self.assertEqual(self.message(box)["Subject"], "<No subject>")
        self.assertEqual(self.message(box).get_content().strip(), "<No body>")
        self.assertEqual(box.mails[0].rcpt_tos, ["a@example.org"])

    def test_html(self):
        box, server = self.serve()
        self.succeed("std.email", from_addr="me@example.org", to_addrs=["a@example.org"], smtp_server=server,
                     body="plain ü", html_body="<b>ü</b>")
        message = self.message(box)
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        plain, html = message.iter_parts()
        self.assertEqual((plain.get_content_type(), plain.get_content().strip()), ("text/plain", "plain ü"))
        self.assertEqual((html.get_content_type(), html.get_content().strip()), ("text/html", "<b>ü</b>"))

    def test_password_goes_through_tls(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate(folder))
        seen = []

        def authenticate(server, session, envelope, mechanism, data):
            seen.append((data.login, data.password, session.ssl is not None))
            good = data.password == b"secret"
            return AuthResult(success=good, handled=good)  # not handled: the server says 535

        box, server = self.serve(tls_context=context, require_starttls=True, authenticator=authenticate,
                                 auth_required=True)
        common = dict(from_addr="me@example.org", to_addrs=["a@example.org"], smtp_server=server)
        self.succeed("std.email", smtp_password="secret", **common)
        self.assertEqual(seen, [(b"me@example.org", b"secret", True)])
        self.assertEqual(len(box.mails), 1)
        message = self.fail_with("Failed to send an email message", "std.email", smtp_password="wrong", **common)
        self.assertNotIn("wrong", message)
        self.assertEqual(len(box.mails), 1)

    def test_a_password_is_not_sent_without_tls(self):
        box, server = self.serve(auth_require_tls=False)
        self.fail_with("Failed to send an email message", "std.email", from_addr="me@example.org",
                       to_addrs=["a@example.org"], smtp_server=server, smtp_password="secret")
        self.assertEqual(box.mails, [])

    def test_some_recipients_are_enough(self):
        box, server = self.serve()
        self.succeed("std.email", from_addr="me@example.org", to_addrs=["nobody@example.org", "a@example.org"],
                     smtp_server=server)
        self.assertEqual(box.mails[0].rcpt_tos, ["a@example.org"])
        self.fail_with("Failed to send an email message", "std.email", from_addr="me@example.org",
                       to_addrs=["nobody@example.org"], smtp_server=server)

    def test_refusals(self):
        self.fail_with("Failed to send an email message", "std.email", from_addr="a@b", to_addrs=["c@d"],
                       smtp_server="127.0.0.1:%d" % free_port())
        box, server = self.serve()
        self.fail_with("control characters", "std.email", from_addr="a@b", to_addrs=["c@d\r\nBcc: e@f"],
                       smtp_server=server)
        self.fail_with("`to_addrs` must be", "std.email", from_addr="a@b", to_addrs=[1], smtp_server=server)
        self.assertEqual(box.mails, [])


class PasswordServer(paramiko.ServerInterface):
    def check_auth_password(self, user, password):
        good = (user, password) == ("ann", "secret")
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, user):
        return "password"

    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        def answer():
            channel.sendall(b"ran " + command)
            channel.send_exit_status(0)
            channel.close()
        threading.Thread(target=answer).start()
        return True


class Ssh(ActionTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.user = pwd.getpwuid(os.getuid()).pw_name
        for name, passphrase in (("host", ""), ("id", ""), ("locked", "open sesame")):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", cls.path(name)], check=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", cls.path("rsa")], check=True)
        with open(cls.path("authorized"), "w") as f:
            for name in ("id", "locked", "rsa"):
                with open(cls.path(name + ".pub")) as key:
                    f.write(key.read())
        cls.port = cls.start_sshd("yes")
        cls.port_without_forwarding = cls.start_sshd("no")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def start_sshd(cls, forwarding):
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        port = free_port()
        configuration = cls.path("sshd_config_%d" % port)
        with open(configuration, "w") as f:
            f.write("ListenAddress 127.0.0.1\nPort %d\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\n"
                    "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
                    "AllowTcpForwarding %s\nMaxStartups 100\n"
                    % (port, cls.path("host"), cls.path("authorized"), forwarding))
        with open(cls.path("sshd_log_%d" % port), "w") as log:
            daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", configuration], stderr=log)
        cls.addClassCleanup(daemon.wait)
        cls.addClassCleanup(daemon.terminate)
        while True:  # until it listens
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return port
            if daemon.poll() is not None:
                raise RuntimeError("sshd ended")
            time.sleep(0.05)

    def login(self, **more):
        return dict(dict(host="127.0.0.1", port=self.port, username=self.user,
                         private_key_filename=self.path("id")), **more)

    def test_output_of_a_command(self):
        self.assertEqual(self.succeed("std.ssh", cmd="echo $((6 * 7)); echo ü; echo hidden >&2", **self.login()),
                         "42\nü\n")

    def test_a_list_of_hosts(self):
        self.assertEqual(self.succeed("std.ssh", cmd="echo x", **self.login(host=["127.0.0.1", "localhost"])),
                         ["x\n", "x\n"])
        self.assertEqual(self.succeed("std.ssh", cmd="echo x", **self.login(host=["127.0.0.1"])), "x\n")

    def test_much_on_both_streams(self):
        output = self.succeed("std.ssh", cmd="head -c 3000000 /dev/zero | tr '\\0' e >&2; "
                              "head -c 3000000 /dev/zero | tr '\\0' o", **self.login())
        self.assertEqual(output, "o" * 3000000)

    def test_an_exit_status_is_an_error(self):
        message = self.fail_with("Failed to execute ssh cmd 'echo private; exit 3' on 127.0.0.1", "std.ssh",
                                 cmd="echo private; exit 3", **self.login())
        self.assertIn("exit status 3", message)

    def test_keys(self):
        with open(self.path("id")) as f:
            self.assertEqual(self.succeed("std.ssh", cmd="echo k", private_key=f.read(),
                                          **self.login(private_key_filename=None)), "k\n")
        self.assertEqual(self.succeed("std.ssh", cmd="echo r", **self.login(private_key_filename=self.path("rsa"))),
                         "r\n")
        locked = self.login(private_key_filename=self.path("locked"))
        self.assertEqual(self.succeed("std.ssh", cmd="echo l", password="open sesame", **locked), "l\n")
        message = self.fail_with("cannot be read", "std.ssh", cmd="echo l", password="wrong one", **locked)
        self.assertNotIn("wrong one", message)
        self.fail_with("must not contain '..'", "std.ssh", cmd="x", **self.login(private_key_filename="../id"))

    def test_refused_login_and_no_server(self):
        self.fail_with("refused", "std.ssh", cmd="x", host="127.0.0.1", port=self.port, username=self.user,
                       password="nonsense")
        self.fail_with("no connection", "std.ssh", cmd="x", **self.login(port=free_port()))
        self.fail_with("no name or address", "std.ssh", cmd="x", **self.login(host="-oProxyCommand=x"))

    def test_password(self):
        key = paramiko.RSAKey.generate(2048)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    transport = paramiko.Transport(listener.accept()[0])
                    transport.add_server_key(key)
                    with contextlib.suppress(EOFError, paramiko.SSHException):
                        transport.start_server(server=PasswordServer())

        threading.Thread(target=serve, daemon=True).start()
        common = dict(cmd="ls", host="127.0.0.1", port=listener.getsockname()[1], username="ann")
        self.assertEqual(self.succeed("std.ssh", password="secret", **common), "ran ls")
        message = self.fail_with("refused", "std.ssh", password="guessed", **common)
        self.assertNotIn("guessed", message)

    def test_through_a_gateway(self):
        command = "echo behind; head -c 200000 /dev/zero | tr '\\0' x"
        self.assertEqual(self.succeed("std.ssh_proxied", cmd=command, gateway_host="localhost",
                                      gateway_port=self.port, **self.login()), "behind\n" + "x" * 200000)
        self.fail_with("exit status 5", "std.ssh_proxied", cmd="exit 5", gateway_host="127.0.0.1",
                       gateway_port=self.port, gateway_username=self.user, **self.login())
        self.fail_with("Failed to execute ssh cmd", "std.ssh_proxied", cmd="x", gateway_host="127.0.0.1",
                       gateway_port=self.port, **self.login(port=free_port()))

    def test_through_a_command_to_the_gateway(self):
        script = self.path("carry.py")
        with open(script, "w") as f:
            f.write("import os, socket, threading\n"
                    "s = socket.create_connection(('127.0.0.1', %d))\n"
                    "def up():\n"
                    "    while data := os.read(0, 65536):\n"
                    "        s.sendall(data)\n"
                    "threading.Thread(target=up, daemon=True).start()\n"
                    "while data := s.recv(65536):\n"
                    "    os.write(1, data)\n" % self.port)
        self.assertEqual(self.succeed("std.ssh_proxied", cmd="echo far", gateway_host="nowhere.invalid",
                                      proxy_command="%s %s" % (sys.executable, script), **self.login()), "far\n")

    def test_a_task_timeout_ends_the_command(self):
        workflow = self.path("slow.yaml")
        with open(workflow, "w") as f:
            json.dump({"version": "2.0", "slow": {"tasks": {"t": {
                "action": "std.ssh", "timeout": 1, "input": dict(self.login(), cmd="sleep 1000")}}}}, f)
        done = subprocess.run([GREGALE, "run", workflow, "--format", "json"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=120)
        document = json.loads(done.stdout)
        self.assertEqual(document["state"], "ERROR")
        self.assertIn("timed out", document["tasks"][0]["state_info"])


class JavaScript(ActionTest):
    def test_results(self):
        for name in ("std.javascript", "std.js"):
            self.assertEqual(self.succeed(name, script="return $.a.map(x => x ** 2)", context={"a": [1, 2, 3]}),
                             [1, 4, 9])
        self.assertEqual(self.succeed("std.js", script="let n = 1\nn ??= 5\nreturn {n, s: `ü${n}`, f: 0.5, b: true}"),
                         {"n": 1, "s": "ü1", "f": 0.5, "b": True})
        self.assertIsNone(self.succeed("std.js", script="return $"))
        self.assertIsNone(self.succeed("std.js", script="var unused = 1"))
        self.assertEqual(self.succeed("std.js", script="return String(2n ** 70n) + ($?.x ?? '!')"),
                         "1180591620717411303424!")

    def test_errors(self):
        self.fail_with("JavaScriptAction failed: Error: oops (line 2)", "std.js", script="\nthrow new Error('oops')")
        self.fail_with("SyntaxError", "std.js", script="return 1 +")
        self.fail_with("BigInt", "std.js", script="return 1n")
        self.fail_with("too much recursion", "std.js", script="const f = () => 1 + f(); return f()")

    def test_there_is_nothing_outside(self):
        self.assertEqual(self.succeed("std.js", script="return ['print', 'load', 'require', 'fetch', 'process', "
                                      "'XMLHttpRequest', 'read', 'os', 'quit'].filter(n => n in globalThis)"), [])

    def test_memory_is_bounded(self):
        for script in ("const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1))",
                       "const a = [1]; for (;;) a.push(a.slice())",
                       "const a = []; for (let i = 0;; ++i) a.push('x'.repeat(1e6) + i)"):
            self.fail_with("JavaScriptAction failed", "std.js", script=script)

    def test_time_is_bounded_by_the_task(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            json.dump({"version": "2.0", "slow": {"tasks": {"t": {
                "action": "std.js", "timeout": 1, "input": {"script": "for (;;);"}}}}}, f)
            f.flush()
            done = subprocess.run([GREGALE, "run", f.name, "--format", "json"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, timeout=120)
        document = json.loads(done.stdout)
        self.assertEqual(document["state"], "ERROR")
        self.assertIn("timed out", document["tasks"][0]["state_info"])


if __name__ == "__main__":
    unittest.main()
