/** `holdfast ready`: whether the server that runs here is ready. For probes where nobody else can reach the admin port. */
import { configPath, readArgs } from './args.ts'
import { type AdminAnswer, askAdmin } from './ask-admin.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

export const command: Command = {
  name: 'ready',
  summary: 'ask the server that runs here whether it is ready: a probe that needs no open port',
  help: `Usage: holdfast ready [--config FILE | --url URL] [--live] [--json]

Asks /readyz of the admin port and prints each component. It is what a container runs as its probe when the admin
port listens on loopback, where a kubelet cannot ask by HTTP.

  --config FILE   the configuration that names the port, admin.listen (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --url URL       the admin port itself, such as http://127.0.0.1:9901: quicker, and right whatever the file says by now
  --live          asks /livez instead: whether the process answers at all
  --json          {"ready":…,"components":{…}} on standard output; with --live {"live":…}

Examples:
  holdfast ready
  holdfast ready --url http://127.0.0.1:9901
  holdfast ready --url http://127.0.0.1:9901 --live

Exit codes: 0 ready, 1 not ready, 2 wrong use or no address in the configuration, 3 no answer.
`,
  async run(args, io) {
    const parsed = readArgs(args, { config: 'string', url: 'string', live: 'boolean', json: 'boolean' })
    if (!parsed.ok) return wrong(io, parsed.message)
    const { config, url, live = false, json = false } = parsed.values
    if (config !== undefined && url !== undefined) return wrong(io, '--config and --url exclude each other')
    const base = url === undefined ? await fromConfig(config, io) : fromOption(url)
    if (typeof base === 'string') return wrong(io, base)
    const answer = await askAdmin(base, live ? '/livez' : '/readyz')
    if (answer.kind === 'none') {
      io.err(`holdfast ready: ${base.host}: ${answer.why}\n`)
      return EXIT.unreachable
    }
    io.out(json ? `${JSON.stringify(asJson(answer, live))}\n` : asText(answer, live))
    return answer.good ? EXIT.done : EXIT.notSo
  },
}

function wrong(io: Io, message: string): number {
  io.err(`holdfast ready: ${message}\n`)
  return EXIT.wrongUse
}

function fromOption(text: string): URL | string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isRoot =
    url !== undefined && /^https?:$/.test(url.protocol) && `${url.pathname}${url.search}${url.hash}` === '/'
  return isRoot ? url : '--url: must be http://HOST:PORT or https://HOST:PORT, without a path'
}

async function fromConfig(option: string | undefined, io: Io): Promise<URL | string> {
  const path = configPath(option, io)
  // Only here: reading YAML takes longer than asking.
  const { adminAddress } = await import('./admin-address.ts')
  const address = await adminAddress(path)
  return address.ok ? address.url : `${option ?? path}: ${address.error}; --url names the admin port itself`
}

type Answer = Extract<AdminAnswer, { kind: 'answer' }>

function asJson({ good, components }: Answer, live: boolean): object {
  if (live) return { live: good }
  return {
    ready: good,
    components: Object.fromEntries(components.map(({ name, ready, detail }) => [name, { ready, detail }])),
  }
}

function asText({ good, components }: Answer, live: boolean): string {
  if (live) return good ? 'live\n' : 'not live\n'
  const width = Math.max(0, ...components.map(({ name }) => name.length))
  const lines = components.map(
    ({ name, ready, detail }) =>
      `${ready ? 'ready    ' : 'not ready'}  ${printable(name).padEnd(width)}  ${printable(detail)}\n`,
  )
  return `${good ? 'ready' : 'not ready'}\n${lines.map((line) => `  ${line}`).join('')}`
}

/** Nothing that a terminal obeys: whoever answered is not known. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
