/** A deployment behind Envoy, attacked as a client attacks it: over HTTPS, with the certificates of the world. */
import { Agent, request as sendRequest } from 'node:https'
import type { Echo } from '../world/upstream.ts'
import { type Credentials, credentialsOf, podName, type World } from '../world/world.ts'
import { findInAccessLog, type Logged } from './access-log.ts'
import { type Answer, type Call, oauthError, parseJson, type Target, TargetUnreachable } from './target.ts'

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

const TIMEOUT_MS = 10_000
const MAX_BODY_BYTES = 1_048_576

/** `url` is where Envoy listens; the names of the services go into Host and SNI. */
export function envoyTarget(world: World, url: URL): Target {
  const agents = new Map<string, Agent>()
  const agentOf = (call: Call): Agent => {
    const name = `${podName(call.workload, call.pod)} ${call.from}`
    let agent = agents.get(name)
    if (agent === undefined) {
      const { certificatePem: cert, keyPem: key }: Credentials = credentialsOf(world, call.workload, call.pod)
      agent = new Agent({ keepAlive: true, ca: world.caPem, cert, key, ...localAddress(url, call) })
      agents.set(name, agent)
    }
    return agent
  }
  return {
    description: `${url.origin} (Envoy)`,
    hasEnvoy: true,
    async send(call) {
      const reply = await exchange(world, url, call, agentOf(call))
      const upstream = reply.status === 200 ? readEcho(reply.body) : undefined
      const decisionId = reply.headers['x-holdfast-decision']?.[0] ?? upstream?.headers['x-holdfast-decision']?.[0]
      const logged =
        world.accessLog === undefined || decisionId === undefined
          ? undefined
          : await findInAccessLog(world.accessLog, decisionId)
      return answerOf(reply, upstream, decisionId, logged)
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** Where the gateway is on this machine, so are all addresses of 127.0.0.0/8; elsewhere there is but one to send from. */
function localAddress(url: URL, { from }: Call): { readonly localAddress?: string } {
  return url.hostname.startsWith('127.') ? { localAddress: from } : {}
}

function answerOf(
  reply: Reply,
  upstream: Echo | undefined,
  decisionId: string | undefined,
  logged: Logged | undefined,
): Answer {
  return {
    status: reply.status,
    reason: logged?.reason,
    class: logged?.class,
    wouldDeny: logged?.wouldDeny ?? false,
    error: oauthError(reply.headers['www-authenticate'] ?? [], reply.body),
    nonce: reply.headers['dpop-nonce']?.[0],
    upstream,
    decisionId,
  }
}

function exchange(world: World, url: URL, call: Call, agent: Agent): Promise<Reply> {
  const { host, hostname } = new URL(world.origins[call.service])
  return new Promise((resolve, reject) => {
    const unreachable = (error: Error) => reject(new TargetUnreachable(`${url.origin}: ${error.message}`))
    const request = sendRequest(
      {
        host: url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        servername: hostname,
        method: call.method,
        path: call.path,
        // A flat list keeps repeated fields apart.
        headers: ['Host', host, ...call.headers.flat()],
        agent,
        timeout: TIMEOUT_MS,
      },
      (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
        })
        response.on('error', unreachable)
        response.on('end', () => {
          const headers = response.headersDistinct as Record<string, string[]>
          resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    request.on('error', unreachable)
    request.end()
  })
}

/** Our own application echoes what it got; another one's body is none of our business. */
function readEcho(body: string): Echo | undefined {
  const value = parseJson(body)
  return typeof value?.['headers'] === 'object' && typeof value['path'] === 'string'
    ? (value as unknown as Echo)
    : undefined
}
