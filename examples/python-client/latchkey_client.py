"""Stays signed in to a Latchkey, bound to a key of its own. Python 3.9 or newer and nothing else (README.md)."""
import base64, hashlib, hmac, http.client, json, os, re, secrets, time, urllib.parse

class SignedOut(Exception): "The server's final word: sign in again."
class Unavailable(Exception): "Nobody could say. Still signed in: try again later."

def encoded(raw): return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()
def key(K, generation): return hmac.new(K, b'latchkey%d' % generation, hashlib.sha256).digest()
def lock(K, generation): return encoded(hashlib.sha256(key(K, generation)).digest())
def proof(K, generation):
    return {'X-Refresh-Key': encoded(key(K, generation)), 'X-Refresh-Lock': lock(K, generation + 1)}

def session_in(cookies, prefix='latchkey'):
    for name in f'__Host-{prefix}.session', f'{prefix}.session', '__Host-session', 'session':
        found = re.search(rf'(?:^|;)\s*{re.escape(name)}=([0-9a-f]{{24}})\.([0-9]{{1,15}})\s*(?:;|$)', cookies)
        if found: return found[1], int(found[2])

class Client:
    def __init__(self, url, file, patience=60):
        self.url, self.file, self.patience, self.access_token = urllib.parse.urlsplit(url), file, patience, None
        self.kept = {'K': '', 'cookies': {}, 'prefix': 'latchkey'}
        if os.path.exists(file): self.kept = json.load(open(file))

    def keep(self, **changed):  # whole or not at all, and for its owner alone
        self.kept.update(changed)
        with open(os.open(self.file + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as new:
            json.dump(self.kept, new), new.flush(), os.fsync(new.fileno())
        os.replace(self.file + '.new', self.file)

    def cookies(self): return '; '.join(f'{name}={value}' for name, value in self.kept['cookies'].items())

    def send(self, method, path, headers, body):
        kind = http.client.HTTPConnection if self.url.scheme == 'http' else http.client.HTTPSConnection
        connection = kind(self.url.netloc, timeout=30)
        own = {'Cookie': self.cookies(), 'User-Agent': 'latchkey-python/1'}
        connection.request(method, self.url.path + path, body, {**own, **headers})
        answer = connection.getresponse()
        try: said = json.loads(answer.read())
        except ValueError: said = None
        for cookie in answer.headers.get_all('Set-Cookie', []):
            name, value = cookie.split(';')[0].split('=', 1)
            self.kept['cookies'][name] = value
            readable = re.fullmatch(r'(?:__Host-)?(.+)\.session', name)  # each server has a prefix of its own
            if readable: self.kept['prefix'] = readable[1]
        return answer.status, said if isinstance(said, dict) else {}, answer.headers.get('Retry-After', '')

    def ask(self, method, path, headers={}, body=None, repeat=True):  # until somebody answers who can say
        end, pause = time.monotonic() + self.patience, .25
        while True:
            try: status, said, wait = self.send(method, path, headers, body)
            except (OSError, http.client.HTTPException) as lost: status, said, wait = 0, {'detail': str(lost)}, ''
            if status and status != 429 and status < 500: return status, said
            seconds, pause = int(wait) if wait.isdigit() else pause, min(2 * pause, 30)
            if not repeat or time.monotonic() + seconds > end: raise Unavailable(said.get('detail'), seconds)
            time.sleep(seconds)

    def sign_in(self, email, password):
        K, body = secrets.token_bytes(32), json.dumps({'email': email, 'password': password})
        headers = {'X-Refresh-Lock': lock(K, 0), 'Content-Type': 'application/json'}
        status, said = self.ask('POST', '/login', headers, body, repeat=False)
        if 'accessToken' not in said: raise SignedOut(said.get('detail') or said.get('message') or status)
        self.access_token = said['accessToken']
        self.keep(K=K.hex())  # together with its cookies

    def refresh(self):
        K, session = bytes.fromhex(self.kept['K']), session_in(self.cookies(), self.kept['prefix'])
        if not session: raise SignedOut('Nobody is signed in.')
        generation = session[1]
        for _ in range(3):
            status, said = self.ask('POST', '/refresh-token', proof(K, generation))  # the same however often
            if 'accessToken' in said: return self.keep() or said['accessToken']
            code, named = said.get('code', ''), said.get('generation', generation)
            if not code.startswith('refresh_token_'): raise Unavailable(said.get('detail', status))
            if code != 'refresh_token_locked' or named == generation: break
            generation = named  # the one whose key the server remembers
        self.keep(K='', cookies={})
        raise SignedOut(code)

    def get(self, path):
        for _ in range(2):
            self.access_token = self.access_token or self.refresh()
            status, said = self.ask('GET', path, {'Authorization': 'Bearer ' + self.access_token})
            if status != 401 or not said.get('code', '').startswith('access_token_'): break
            self.access_token = None
        return status, said

    def sign_out(self): self.ask('POST', '/logout'), self.keep(K='', cookies={})
