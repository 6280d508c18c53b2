"""A WSGI application on a loopback port, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Served:
    """An application that answers on 127.0.0.1 until it is stopped. `url` is its address."""

    def __init__(self, application: Application, ssl_context: Any = None) -> None:
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=ssl_context)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver.ThreadingMixIn
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        scheme = "https" if ssl_context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Stops answering and frees the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
