"""The client as a program that lives on: a command a line on stdin, what came of it on stdout."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from latchkey_client import Client, SignedOut, Unavailable

url, file, patience = sys.argv[1:]
client = Client(url, file, float(patience))
for line in sys.stdin:
    command, *words = line.split()
    try:
        outcome = getattr(client, command)(*words)
    except (SignedOut, Unavailable) as error:
        outcome = [type(error).__name__, str(error.args[0])]
    print(json.dumps(outcome), flush=True)
