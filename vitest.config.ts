import { defineConfig } from 'vitest/config'

const UNIT = [
  'test/unit/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/vectors/**/*.test.ts',
  'test/property/**/*.test.ts',
  'test/docs/**/*.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: UNIT } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'envoy',
          include: ['test/envoy/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
