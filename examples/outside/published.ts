/**
 * The packages that are published, and the most that the tarball of each may weigh, in bytes. One more is a line here and
 * one in `tsconfig.build.json`.
 */
export const published: Record<string, number> = {
  contracts: 126_500,
  sessions: 127_000,
  'auth-client': 142_000,
  react: 10_000,
  verify: 51_500,
}

/** The most that a page downloads before this code runs: bytes after minifying and gzip, dynamic imports not counted. */
export const downloads = [
  {
    what: 'createAuthClient',
    code: "import { createAuthClient } from '@latchkey/auth-client'; createAuthClient().start()",
    limit: 37_800,
  },
  {
    what: 'createLazyAuthClient',
    code: "import { createLazyAuthClient } from '@latchkey/auth-client/lazy'; createLazyAuthClient().start()",
    limit: 13_100,
  },
  {
    what: 'the table of routes',
    code: "import { routes } from '@latchkey/contracts'; console.log(routes)",
    limit: 15_200,
  },
  {
    what: 'the schemas of the forms',
    code: "import * as forms from '@latchkey/contracts/forms'; console.log(forms)",
    limit: 8_300,
  },
]
