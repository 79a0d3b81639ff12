/** What kept a server from starting, for people and as an exit code: the same for one process and for several. */
import { AdminListenError } from '../admin/admin-server.ts'
import { type Fault, formatFault } from '../config/fault.ts'
import { describeError } from '../observability/redact.ts'
import { ListenError } from '../transport/listen-address.ts'
import { AdminTlsError } from './admin-tls.ts'

export const EXIT_DONE = 0
const EXIT_FAULTY = 2
export const EXIT_UNREACHABLE = 3

export interface StartFault {
  readonly exitCode: number
  /** Whole lines, for standard error. */
  readonly text: string
}

export function configFault(faults: readonly Fault[]): StartFault {
  return { exitCode: EXIT_FAULTY, text: faults.map((fault) => `${formatFault(fault)}\n`).join('') }
}

/** Place and mend, no stack trace. */
export function startFault(error: unknown): StartFault {
  const unreachable = (key: string, { message }: Error): StartFault => ({
    exitCode: EXIT_UNREACHABLE,
    text: `holdfast serve: ${key}: ${message}; free the address or choose another\n`,
  })
  if (error instanceof ListenError) return unreachable('server.listen', error)
  if (error instanceof AdminListenError) return unreachable('admin.listen', error)
  const [key, message] =
    error instanceof AdminTlsError
      ? ['admin.tls', error.message]
      : ['server.tls', String(describeError(error)['message'])]
  const text = `holdfast serve: ${key}: ${message}; mend the certificate, the key or the CA file\n`
  return { exitCode: EXIT_FAULTY, text }
}
