"""Holds the client against the protocol vectors: python3 test_vectors.py"""
import base64, json, os, re, tempfile, unittest
from latchkey_client import Client, SignedOut, Unavailable, encoded, key, lock, proof, session_in

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../packages/contracts/vectors')


def vectors(name):
    with open(os.path.join(folder, name + '.json'), encoding='utf-8') as file:
        return json.load(file)


class Vectors(unittest.TestCase):
    def test_locks(self):
        for client in vectors('locks')['clients']:
            K = bytes.fromhex(client['secret'])
            self.assertEqual({'X-Refresh-Lock': lock(K, 0)}, client['signIn'])
            for at in client['generations']:
                self.assertEqual(encoded(key(K, at['generation'])), at['key'])
                self.assertEqual(lock(K, at['generation']), at['lock'])
                self.assertEqual(proof(K, at['generation']), at['headers'])

    def test_session_cookie(self):
        for case in vectors('session-cookie')['read']:
            with self.subTest(case['name']):
                wanted = case['session'] and (case['session']['sid'], case['session']['generation'])
                self.assertEqual(session_in(case['cookies'], re.escape(case['prefix'])), wanted)

    def test_answers(self):
        file = vectors('answers')
        K, sent = bytes.fromhex(file['clientSecret']), file['sent']
        at = {proof(K, generation)['X-Refresh-Key']: generation for generation in range(20)}
        for case in file['exchanges']:
            with self.subTest(case['name']), tempfile.TemporaryDirectory() as kept:
                client, shown, left = Client('', os.path.join(kept, 'file'), patience=0), [], list(case['answers'])
                client.keep(K=K.hex(), cookies={'latchkey.session': f"{sent['sid']}.{sent['generation']}"})

                def send(_method, _path, headers, _body):
                    shown.append(at[headers['X-Refresh-Key']])
                    answer = left.pop(0)
                    if answer is None:
                        raise ConnectionResetError
                    body = answer.get('body')
                    wait = answer.get('headers', {}).get('retry-after', '')
                    return answer['status'], body if isinstance(body, dict) else {}, wait

                client.send = send
                outcome = {}
                try:
                    client.refresh()
                    outcome['outcome'] = 'signed in'
                except SignedOut as said:
                    outcome.update(outcome='signed out', code=str(said))
                except Unavailable as said:
                    wait = case['waitSeconds']
                    outcome.update(outcome='still signed in', waitSeconds=wait and said.args[1])
                self.assertEqual({**outcome, 'shown': shown}, {k: case[k] for k in ('shown', *outcome)})
                self.assertEqual(left, [])
                self.assertEqual(session_in(client.cookies()) is None, outcome['outcome'] == 'signed out')

    def test_claims(self):
        for case in vectors('access-tokens')['accepted']:
            payload = case['token'].split('.')[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + '=' * (-len(payload) % 4)))
            self.assertEqual({**case['claims'], **claims}, case['claims'])


if __name__ == '__main__':
    unittest.main()
