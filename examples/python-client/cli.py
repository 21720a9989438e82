"""sign-in EMAIL, sign-out, or a path to get: python3 cli.py https://id.example.com/api /protected"""
import getpass, json, os, sys
from latchkey_client import Client

url, command, *words = sys.argv[1:]
client = Client(url, os.path.expanduser(os.environ.get('LATCHKEY_FILE', '~/.latchkey-client.json')))
if command == 'sign-in':
    client.sign_in(words[0], getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip('\n'))
elif command == 'sign-out':
    client.sign_out()
else:
    print(json.dumps(client.get(command)[1]))
