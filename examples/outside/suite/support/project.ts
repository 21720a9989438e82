import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { node, pnpm } from './run.ts'

export interface Packed {
  /** A folder for projects, outside the repository. */
  folder: string
  /** By the package's name. */
  tarballs: Record<string, string>
}

interface Manifest {
  private?: boolean
  type?: string
  dependencies: Record<string, string>
}

const projects = fileURLToPath(new URL('../../projects/', import.meta.url))

/**
 * A copy of one of the projects, installed as a stranger would, except that our packages come from the tarballs. `versions`
 * replaces some of those its package.json asks for.
 */
export async function project(
  name: string,
  versions: Record<string, string> = {},
  packed: Packed = inject('packed'),
): Promise<string> {
  const folder = await mkdtemp(join(packed.folder, `${name}-`))
  await cp(join(projects, name), folder, { recursive: true })
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  await install(folder, { ...manifest, dependencies: { ...manifest.dependencies, ...versions } }, packed)
  return folder
}

/** A project with nothing in it but what is installed. */
export async function emptyProject(dependencies: Record<string, string>): Promise<string> {
  const packed = inject('packed')
  const folder = await mkdtemp(join(packed.folder, 'empty-'))
  await mkdir(join(folder, 'src'))
  await install(folder, { private: true, type: 'module', dependencies }, packed)
  return folder
}

async function install(folder: string, manifest: Manifest, { tarballs }: Packed): Promise<void> {
  const overrides = Object.entries(tarballs).map(([name, file]) => `  '${name}': 'file:${file}'\n`)
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  // What is packed is not in the registry yet, and our packages ask for each other by their versions.
  await writeFile(join(folder, 'pnpm-workspace.yaml'), `overrides:\n${overrides.join('')}`)
  await pnpm(['install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts'], folder)
}

/** Compiles a project with its own TypeScript. @throws Error with the complaints */
export const compile = (folder: string, args: string[] = []) =>
  node(folder, ['node_modules/typescript/bin/tsc', ...args])
