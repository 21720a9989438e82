import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const apps = fileURLToPath(new URL('../../..', import.meta.url))

export interface CopiedBuild {
  /** For `startProduct`. */
  main: string
  /** The same pages under other file names; those from before are gone. */
  deploy(): Promise<void>
  /** Deletes the files whose names begin so. */
  lose(name: string): Promise<void>
  remove(): Promise<void>
}

/** A copy of what `pnpm build` made, that a test may change while it is served. */
export async function copyBuild(): Promise<CopiedBuild> {
  const root = await mkdtemp(join(tmpdir(), 'latchkey-build-'))
  for (const app of ['api', 'web'])
    await cp(join(apps, app, 'dist'), join(root, 'apps', app, 'dist'), { recursive: true })
  await symlink(join(apps, 'api/node_modules'), join(root, 'apps/api/node_modules'))
  const web = join(root, 'apps/web/dist')
  const assets = join(web, 'assets')
  const namesOf = async () => (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name))

  return {
    main: join(root, 'apps/api/dist/main.js'),
    async deploy() {
      const names = await namesOf()
      const renamed = (text: string) =>
        names.reduce((before, name) => before.replaceAll(name, `new-${name}`), text)
      for (const name of names) {
        await writeFile(join(assets, `new-${name}`), renamed(await readFile(join(assets, name), 'utf8')))
        await rm(join(assets, name))
      }
      const page = join(web, 'index.html')
      await writeFile(page, renamed(await readFile(page, 'utf8')))
    },
    async lose(beginning) {
      for (const name of await namesOf()) if (name.startsWith(beginning)) await rm(join(assets, name))
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
