"""One SOAP conversation with Configuration Server: HTTP with its limits, the packaged contract, and other WSDLs."""
