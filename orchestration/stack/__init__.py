"""Real servers on this machine, without Docker: brought up, asked, ended.

```
stack.py       Stack: up (in parallel, in order of what needs what), status, down
service.py     what a server is: Service, with the few things each must say
servers/       the servers, one file each, and the list of them
process.py     one process: started, recognised again, ended
place.py       where a stack lives: its folder, its ports, its secrets
installed.py   where infra/native/install.sh puts what they run on
```

All state lies under `<home>/stack/<service>`, all addresses on 127.0.0.1. Only processes that we started are ended.
What does not belong here: what is put into buckets (`storage.admin`) and on portals (`catalog`).
"""

from orchestration.stack.place import Place, StackFailed
from orchestration.stack.ports import free_ports
from orchestration.stack.service import Service, ServiceStatus
from orchestration.stack.stack import Stack

__all__ = ["Place", "Service", "ServiceStatus", "Stack", "StackFailed", "free_ports"]
