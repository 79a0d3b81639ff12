import { describe, expect, it } from 'vitest'
import { createLogger, type LogLevel } from '../../../src/observability/logger.ts'

function logTo(level: LogLevel): { logger: ReturnType<typeof createLogger>; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  return { logger: createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) }), lines }
}

describe('the logger', () => {
  it('writes one JSON object a line: level as a word, time as ISO 8601, no host, no process', () => {
    const { logger, lines } = logTo('info')
    logger.info('started', { listen: '127.0.0.1:9191' })
    logger.warn('slow')
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), listen: '127.0.0.1:9191', msg: 'started' },
      { level: 'warn', time: expect.any(String), msg: 'slow' },
    ])
  })

  it('writes what it was made with into each line', () => {
    const lines: Record<string, unknown>[] = []
    const logger = createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) }, { worker: 3 })
    logger.info('started', { listen: 'x' })
    logger.warn('slow')
    expect(lines.map((line) => [line['worker'], line['msg']])).toEqual([
      [3, 'started'],
      [3, 'slow'],
    ])
  })

  it('leaves out what is below its level', () => {
    const { logger, lines } = logTo('warn')
    logger.debug('a')
    logger.info('b')
    logger.warn('c')
    logger.error('d')
    expect(lines.map((line) => line['msg'])).toEqual(['c', 'd'])
  })

  it('rule 11 scrubs errors under any name', () => {
    const { logger, lines } = logTo('info')
    logger.error('failed', { why: new Error('bad eyJhbGciOiJub25lIn0.e30.'), attempt: 2 })
    expect(lines[0]).toMatchObject({ why: { name: 'Error', message: 'bad [redacted]' }, attempt: 2 })
  })
})
