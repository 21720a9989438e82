import { holdAgainstVectors } from '@latchkey/contracts/testing'
import { it } from 'vitest'
import { createSessionCookie } from '../../src/session-cookie.ts'

const sid = '692900000000000000000a01'
const other = '692900000000000000000a02'

const jars = [
  { name: 'no cookies', cookies: '' },
  { name: 'today’s name', cookies: `latchkey.session=${sid}.3` },
  { name: 'among others', cookies: `theme=dark; latchkey.session=${sid}.0; lang=de` },
  { name: 'on https', cookies: `__Host-latchkey.session=${sid}.12` },
  { name: 'on https before http', cookies: `latchkey.session=${other}.1; __Host-latchkey.session=${sid}.12` },
  {
    name: 'a prefix of its own',
    prefix: 'app',
    cookies: `latchkey.session=${other}.1; app.session=${sid}.2`,
  },
  { name: 'the prefix of somebody else', cookies: `app.session=${sid}.2` },
  { name: 'the name of former versions', cookies: `session=${sid}.3` },
  { name: 'the name of former versions on https', cookies: `__Host-session=${sid}.3` },
  { name: 'today’s name before a former one', cookies: `session=${other}.7; latchkey.session=${sid}.3` },
  { name: 'twice: the first', cookies: `latchkey.session=${sid}.3; latchkey.session=${other}.4` },
  {
    name: 'another application’s, and ours',
    cookies: `latchkey.session=eyJ1c2VyIjoxfQ; latchkey.session=${sid}.3`,
  },
  { name: 'another application’s', cookies: 'session=eyJ1c2VyIjoxfQ; latchkey.session=1' },
  { name: 'a name that only ends the same', cookies: `my.latchkey.session=${sid}.3` },
  { name: 'an id in capitals', cookies: `latchkey.session=${sid.toUpperCase()}.3` },
  { name: 'an id too short', cookies: `latchkey.session=${sid.slice(1)}.3` },
  { name: 'no generation', cookies: `latchkey.session=${sid}` },
  { name: 'a generation below zero', cookies: `latchkey.session=${sid}.-1` },
  { name: 'the longest generation', cookies: `latchkey.session=${sid}.${'9'.repeat(15)}` },
  { name: 'a generation too long to be one', cookies: `latchkey.session=${sid}.${'9'.repeat(16)}` },
  { name: 'quotes', cookies: `latchkey.session="${sid}.3"` },
  { name: 'spaces around it', cookies: `  latchkey.session=${sid}.3  ;theme=dark` },
]

it('the page reads who is signed in as the vectors say', () => {
  const read = jars.map(({ name, prefix = 'latchkey', cookies }) => {
    const cookie = createSessionCookie({ read: () => cookies, write: () => {} }, prefix)
    return { name, prefix, cookies, session: cookie.read() }
  })
  holdAgainstVectors('session-cookie', { read })
})
