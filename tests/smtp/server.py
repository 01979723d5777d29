"""A mail server for tests, on a port of 127.0.0.1, which it prints first.

Its only argument, a JSON object, has the settings below. Each line on stdin is another such object, which
changes the settings; the server replies with all that it has recorded so far. It exits at the end of
stdin.

    tls         "none", "starttls" (required) or "implicit"
    cert, key   the files for TLS
    user, password   if given, clients must authenticate with them
    without     authentication mechanisms that aren't supported: ["PLAIN"]
    smtputf8    whether addresses may be non-ASCII
    refuse      replies for commands that begin with the key, or for CONNECT, or for MESSAGE (after it was
                received). null sends no reply, "reset" resets the connection
    delay       for steps as in `refuse`: milliseconds before the reply
    hold        steps as in `refuse` that get no reply until they are removed from this list
    inject      what an attacker on the network adds, unencrypted, after the reply to STARTTLS
    hang_up     once: resets all connections
    forget      once, after the reply: clears the records
    after       once: the reply comes when the records are newer than this version, or after five seconds
"""

import asyncio
import base64
import json
import logging
import re
import socket
import ssl
import struct
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

settings = {"tls": "none", "smtputf8": True, "refuse": {}, "delay": {}, "hold": [], "without": []}
open_connections = set()
version = 0
change = asyncio.Event()


def changed():
    """Notifies everything that waits for a change."""
    global version, change
    version += 1
    change.set()
    change = asyncio.Event()


def nothing():
    return {"connections": 0, "most_open": 0, "commands": [], "messages": []}


seen = nothing()


class Connection(SMTP):
    def __init__(self, handler, tls):
        super().__init__(
            handler,
            hostname="localhost",
            enable_SMTPUTF8=settings["smtputf8"],
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required="user" in settings,
            auth_require_tls=settings["tls"] == "starttls",
            auth_exclude_mechanism=settings["without"],
            authenticator=self.is_known,
        )
        self.secrets_follow = False
        self.data = None
        self.message = None

    @staticmethod
    def is_known(server, session, envelope, mechanism, auth):
        known = [settings["user"].encode(), settings["password"].encode()]
        return AuthResult(success=[auth.login, auth.password] == known, handled=False)

    def connection_made(self, transport):
        if self.transport is None:
            seen["connections"] += 1
            open_connections.add(self)
            seen["most_open"] = max(seen["most_open"], len(open_connections))
            changed()
        super().connection_made(transport)

    def connection_lost(self, error):
        open_connections.discard(self)
        changed()
        if self.transport is not None:
            super().connection_lost(error)

    def cut(self):
        """Resets the connection instead of closing it, as after a crash of the server."""
        open_connections.discard(self)
        transport = self._original_transport or self.transport
        now = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        transport.abort()

    def _client_connected_cb(self, reader, writer):
        super()._client_connected_cb(reader, writer)
        read = reader.readuntil

        async def note(separator=b"\n"):
            line = await read(separator)
            self.note(line)
            return line

        reader.readuntil = note

    def note(self, line):
        """Records each line as received, without passwords."""
        if self.data is not None:
            self.data += line
            return
        line = line.decode("utf-8", "backslashreplace")
        is_auth = line.upper().startswith("AUTH")
        if is_auth or self.secrets_follow:
            line = "AUTH …\r\n"
        self.secrets_follow = is_auth
        tls = self._tls_protocol is not None or settings["tls"] == "implicit"
        seen["commands"].append({"line": line, "tls": tls})
        changed()

    async def _handle_client(self):
        if await self.refuses("CONNECT"):
            self.transport.close()
            return
        await super()._handle_client()

    async def refuses(self, step):
        while any(step.startswith(start) for start in settings["hold"]):
            await change.wait()
        for start, milliseconds in settings["delay"].items():
            if step.startswith(start):
                await asyncio.sleep(milliseconds / 1000)
        for start, reply in settings["refuse"].items():
            if step.startswith(start):
                if reply is None:
                    await asyncio.Event().wait()
                elif reply == "reset":
                    self.cut()
                else:
                    await self.push(reply)
                    if reply.startswith("421"):
                        self.transport.close()
                return True
        return False

    async def smtp_STARTTLS(self, arg):
        if not await self.refuses("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_DATA(self, arg):
        if not await self.refuses("DATA"):
            self.data = b""
            await super().smtp_DATA(arg)
            self.data = None
            if self.message is not None:
                self.message["answered"] = True
                changed()

    async def push(self, status):
        # After 334, the client sends a password on a line of its own.
        self.secrets_follow = str(status).startswith("334")
        if "inject" in settings and status == "220 Ready to start TLS":
            status += "\r\n" + settings["inject"]
        if status is not None:
            await super().push(status)

    def _getaddr(self, argument):
        # Addresses are recorded as they were sent, without the library's parsing.
        match = re.fullmatch("<([^<>]*)>(.*)", argument, re.DOTALL)
        return match.groups() if match else (None, None)


def command(name):
    """A command of the library that tests can reject."""
    as_usual = getattr(SMTP, f"smtp_{name}")

    async def run(self, arg):
        if not await self.refuses(f"{name} {arg}"):
            await as_usual(self, arg)

    return run


for name in ["EHLO", "AUTH", "MAIL", "RCPT", "RSET", "NOOP"]:
    setattr(Connection, f"smtp_{name}", command(name))


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, replies):
        session.host_name = hostname
        return [reply for reply in replies if "user" in settings or "AUTH" not in reply]

    async def handle_DATA(self, server, session, envelope):
        encoded = lambda content: base64.b64encode(content).decode()
        server.message = {
            "to": envelope.rcpt_tos,
            "wire": encoded(server.data),
            "content": encoded(envelope.original_content),
            "answered": False,
        }
        seen["messages"].append(server.message)
        changed()
        # None sends no reply, since `refuses` has sent one already.
        return None if await server.refuses("MESSAGE") else "250 OK"


async def main():
    global seen
    logging.disable()
    warnings.simplefilter("ignore")
    settings.update(json.loads(sys.argv[1]))
    context = None
    if "cert" in settings:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(settings["cert"], settings["key"])
    starttls = context if settings["tls"] == "starttls" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(Handler(), starttls),
        "127.0.0.1",
        settings.get("port", 0),
        ssl=context if settings["tls"] == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        if order.pop("hang_up", False):
            for connection in list(open_connections):
                connection.cut()
        is_forgotten = order.pop("forget", False)
        after = order.pop("after", None)
        settings.update(order)
        if order:
            changed()
        if after == version:
            await asyncio.wait([asyncio.ensure_future(change.wait())], timeout=5)
        now = {"version": version, "open": len(open_connections)}
        print(json.dumps({**seen, **now}), flush=True)
        if is_forgotten:
            seen = nothing()


asyncio.run(main())
