import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { apiPrefix, routes } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import { settingsWithFiles } from '../src/environment.ts'

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), 'utf8')

const settings = new Set([
  ...[...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name),
  ...settingsWithFiles.map((name) => `${name}_FILE`),
])

it('docker-compose.yml passes on every setting that a container can use', () => {
  const passed = new Set([...read('docker-compose.yml').matchAll(/\b([A-Z_]+)\b/g)].map(([, name]) => name))
  const isPassed = (name: string) => passed.has(name) || name.endsWith('_FILE')
  // The image says them itself, or the database of Compose makes them senseless.
  const decided = ['NODE_ENV', 'HOST', 'METRICS_HOST', 'EMBEDDED_DATABASE', 'DATA_DIR']
  expect([...settings].filter((name) => !isPassed(name))).toEqual(decided)
})

it('what the containers are given are settings that there are', () => {
  const kubernetes = read('docker/kubernetes.yml')
  const given = [
    ...between(kubernetes, 'data:', '---').matchAll(/^ {2}([A-Z_]+):/gm),
    ...kubernetes.matchAll(/\{ name: ([A-Z_]+), value:/g),
    ...between(read('docker-compose.yml'), 'environment: &settings', 'volumes:').matchAll(
      /^ {6}([A-Z_]+):/gm,
    ),
    ...between(read('docker/scale.yml'), 'x-settings:', 'x-member').matchAll(/^ {2}([A-Z_]+):/gm),
  ].map(([, name = '']) => name)
  expect(given.length).toBeGreaterThan(60)
  expect(given.filter((name) => !settings.has(name))).toEqual([])
})

it('a pod has its secrets as files, where they are mounted', () => {
  const kubernetes = read('docker/kubernetes.yml')
  const files = [...kubernetes.matchAll(/name: ([A-Z_]+_FILE), value: (\S+)\/([^/\s]+) \}/g)]
  expect(files.map(([, name]) => name)).toContain('SECRETS_FILE')
  for (const [, , folder] of files) expect(kubernetes).toContain(`mountPath: ${folder}, readOnly: true`)
  // `kubectl create secret` in the document gives them these names.
  for (const [, , , file] of files)
    expect(read('docs/containers.md')).toMatch(new RegExp(`--from-\\w+=${file}=`))
})

it('what asks a container how it is asks what the API answers', () => {
  const answered = [routes.healthLive, routes.healthReady].map(({ path }) => `${apiPrefix}${path}`)
  const asked = ['docker/kubernetes.yml', 'docker-compose.yml', 'apps/api/Dockerfile'].map((name) =>
    [...read(name).matchAll(/\/api\/health\/\w+/g)].map(([path]) => path),
  )
  for (const paths of asked) expect(paths).not.toEqual([])
  expect(asked.flat().filter((path) => !answered.includes(path))).toEqual([])
})

const between = (text: string, from: string, to: string) => {
  const start = text.indexOf(from)
  return text.slice(start, text.indexOf(to, start))
}
