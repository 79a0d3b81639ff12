/** The log: one JSON object a line, through pino. Errors are scrubbed here, whoever logs them. */
import { type DestinationStream, pino, stdTimeFunctions } from 'pino'
import { describeError } from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
/** Values of our own choice. An Error may stand anywhere at the top; texts of requests may not. */
type LogFields = Readonly<Record<string, unknown>>
type LogMethod = (message: string, fields?: LogFields) => void
export type Logger = Readonly<Record<LogLevel, LogMethod>>

/** To standard output unless a destination is given. `always` stands in each line. */
export function createLogger(level: LogLevel, destination?: DestinationStream, always?: LogFields): Logger {
  const options = {
    level,
    // No process id or host name: the platform adds its own.
    base: always ?? null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const out = destination === undefined ? pino(options) : pino(options, destination)
  const method =
    (name: LogLevel): LogMethod =>
    (message, fields) => {
      if (out.isLevelEnabled(name)) out[name](fields === undefined ? {} : prepared(fields), message)
    }
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') }
}

function prepared(fields: LogFields): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) out[name] = value instanceof Error ? describeError(value) : value
  return out
}
