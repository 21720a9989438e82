import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../test/support/free-port.ts'
import { isReady, isRunning, type Processes } from './processes.ts'

/** In this header each client of a run says where it comes from, as if all had addresses of their own. */
export const clientAddressHeader = 'x-client-address'

export const proxyNames = ['nginx', 'caddy'] as const
export type ProxyName = (typeof proxyNames)[number]

/** The first of them that is installed. Throws with what to install when none is. */
export function installedProxy(): ProxyName {
  const found = proxyNames.find((name) => {
    try {
      execFileSync('sh', ['-c', `command -v ${name}`])
      return true
    } catch {
      return false
    }
  })
  if (found) return found
  throw new Error('Neither nginx nor caddy is on the PATH. Install one: apt-get install nginx')
}

/** A reverse proxy in front of several servers, configured as its manual has it. Resolves with its URL when it answers. */
export async function startProxy(
  processes: Processes,
  name: ProxyName,
  upstreams: string[],
): Promise<string> {
  const port = await freePort()
  const hosts = upstreams.map((url) => new URL(url).host)
  const file = join(processes.folder, `${name}.conf`)
  const [text, args] = {
    nginx: [nginx(processes.folder, port, hosts), ['-p', processes.folder, '-c', file, '-e', 'stderr']],
    caddy: [caddy(port, hosts), ['run', '--adapter', 'caddyfile', '--config', file]],
  }[name] as [string, string[]]
  writeFileSync(file, text)
  const child = processes.start('proxy', name, args, { HOME: processes.folder })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100 && isRunning(child); tries++) {
    if (await isReady(url)) return url
    await delay(100)
  }
  throw new Error(`${name} did not start: see ${processes.folder}/proxy.log`)
}

// Both ask another server where one cannot be reached. Where it is lost on the way, Caddy does for a GET, and nginx for all
// but POST, LOCK and PATCH.

const nginx = (folder: string, port: number, hosts: string[]) => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  upstream api {
    ${hosts.map((host) => `server ${host} max_fails=1 fail_timeout=1s;`).join('\n    ')}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $http_x_client_address;
      proxy_connect_timeout 1s;
    }
  }
}
`

const caddy = (port: number, hosts: string[]) => `
{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy ${hosts.join(' ')} {
    lb_policy random
    lb_try_duration 2s
    lb_try_interval 50ms
    fail_duration 1s
    header_up X-Forwarded-For {header.${clientAddressHeader}}
    transport http {
      dial_timeout 1s
    }
  }
}
`
