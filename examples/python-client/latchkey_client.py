"""Stays signed in to a Latchkey, bound to a key of its own. Python 3.9 or newer and nothing else (README.md)."""
import base64, hashlib, hmac, http.client, json, os, re, secrets, tempfile, time, urllib.parse

class SignedOut(Exception): "The server's final word: sign in again."
class Unavailable(Exception): "Nobody could say. Still signed in: try again later."

def encoded(raw): return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()
def key(K, generation): return hmac.new(K, b'latchkey%d' % generation, hashlib.sha256).digest()
def lock(K, generation): return encoded(hashlib.sha256(key(K, generation)).digest())
def proof(K, at): return {'X-Refresh-Key': encoded(key(K, at)), 'X-Refresh-Lock': lock(K, at + 1)}

def session_in(cookies, prefix=r'[\w.-]+'):  # a pattern: each server has a prefix of its own
    for name in rf'__Host-{prefix}\.session', rf'{prefix}\.session', '__Host-session', 'session':
        found = re.search(rf'(?:^|;)\s*{name}=([0-9a-f]{{24}})\.([0-9]{{1,15}})\s*(?:;|$)', cookies)
        if found: return found[1], int(found[2])

class Client:
    def __init__(self, url, file, patience=60):
        self.url, self.file, self.patience = urllib.parse.urlsplit(url), file, patience
        kept = json.load(open(file)) if os.path.exists(file) else {}
        self.kept = {'K': '', 'token': '', 'cookies': {}, **(kept if kept.get('url') == url else {}), 'url': url}

    def keep(self, **changed):  # whole or not at all, and for its owner alone
        self.kept.update(changed)
        new, name = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(self.file)))
        os.write(new, json.dumps(self.kept).encode()), os.fsync(new), os.close(new)
        os.replace(name, self.file)

    def cookies(self): return '; '.join(map('='.join, self.kept['cookies'].items()))

    def send(self, method, path, headers, body):
        connection = getattr(http.client, self.url.scheme.upper() + 'Connection')(self.url.netloc, timeout=30)
        own = {'Cookie': self.cookies(), 'User-Agent': 'latchkey-python/1', 'Content-Type': 'application/json'}
        connection.request(method, self.url.path + path, body and json.dumps(body), {**own, **headers})
        answer = connection.getresponse()
        said = json.loads(answer.read() or '{}') if 'json' in answer.headers.get('Content-Type', '') else {}
        self.kept['cookies'].update(s.split(';')[0].partition('=')[::2] for s in answer.headers.get_all('Set-Cookie', []))
        return answer.status, said if isinstance(said, dict) else {}, answer.headers.get('Retry-After', '')

    def ask(self, method, path, headers={}, body=None, repeat=True):  # until somebody answers who can say
        end, pause = time.monotonic() + self.patience, .25
        while True:
            try: status, said, wait = self.send(method, path, headers, body)
            except (OSError, ValueError, http.client.HTTPException) as e: status, said, wait = 0, {'detail': str(e)}, ''
            if status and status != 429 and status < 500: return status, said
            seconds, pause = max(int(wait), pause) if wait.isdigit() else pause, min(2 * pause, 30)
            if not repeat or time.monotonic() + seconds > end: raise Unavailable(said.get('detail'), seconds)
            time.sleep(seconds)

    def sign_in(self, email, password):
        K, body = secrets.token_bytes(32), {'email': email, 'password': password}
        status, said = self.ask('POST', '/login', {'X-Refresh-Lock': lock(K, 0)}, body, repeat=False)
        if 'accessToken' not in said: raise SignedOut(said.get('detail') or said.get('message') or status)
        self.keep(K=K.hex(), token=said['accessToken'])

    def refresh(self, generation=None, tries=3):
        if not (session := session_in(self.cookies())): raise SignedOut('Nobody is signed in.')
        at = session[1] if generation is None else generation
        status, said = self.ask('POST', '/refresh-token', proof(bytes.fromhex(self.kept['K']), at))
        if 'accessToken' in said: return self.keep(token=said['accessToken'])
        code, named = str(said.get('code')), said.get('generation', at)  # the one whose key the server remembers
        if code == 'refresh_token_locked' and named != at and tries > 1: return self.refresh(named, tries - 1)
        if not code.startswith('refresh_token_'): raise Unavailable(said.get('detail', status))
        raise self.keep(K='', token='', cookies={}) or SignedOut(code)

    def get(self, path, renew=False):
        if renew or not self.kept['token']: self.refresh()
        status, said = self.ask('GET', path, {'Authorization': 'Bearer ' + self.kept['token']})
        refused = status == 401 and str(said.get('code')).startswith('access_token_')
        return self.get(path, renew=True) if refused and not renew else (status, said)

    def sign_out(self): self.ask('POST', '/logout'), self.keep(K='', token='', cookies={})
