/** Sends Checks as bytes over one connection, as an Envoy worker does: paced, or a fixed number in flight. */
import { Client, credentials, Metadata } from '@grpc/grpc-js'

export interface Caller {
  call(request: Buffer): Promise<Buffer>
  close(): void
}

const PATH = '/envoy.service.auth.v3.Authorization/Check'
/** Envoy sends its timeout along; this one is never reached. */
const DEADLINE_MS = 10_000

export function makeCaller(address: string): Caller {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const identity = (bytes: Buffer): Buffer => bytes
  const metadata = new Metadata()
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + DEADLINE_MS }
        client.makeUnaryRequest<Buffer, Buffer>(
          PATH,
          identity,
          identity,
          request,
          metadata,
          options,
          (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
        )
      }),
    close: () => client.close(),
  }
}

/** `tookMs` from handing the call to gRPC until its answer. */
type OnAnswer = (answer: Buffer, tookMs: number) => void

async function timed(caller: Caller, request: Buffer, onAnswer: OnAnswer): Promise<void> {
  const startMs = performance.now()
  const answer = await caller.call(request)
  onAnswer(answer, performance.now() - startMs)
}

/** All requests, `inFlight` at a time. */
export async function saturate(caller: Caller, requests: readonly Buffer[], inFlight: number, onAnswer: OnAnswer) {
  let next = 0
  async function lane(): Promise<void> {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      await timed(caller, request, onAnswer)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

/** All requests, `perSecond` of them, whether answers come or not. */
export async function pace(caller: Caller, requests: readonly Buffer[], perSecond: number, onAnswer: OnAnswer) {
  const startMs = performance.now()
  const calls: Promise<void>[] = []
  while (calls.length < requests.length) {
    const due = Math.min(requests.length, Math.ceil(((performance.now() - startMs) * perSecond) / 1000))
    for (const request of requests.slice(calls.length, due)) calls.push(timed(caller, request, onAnswer))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(calls)
}
