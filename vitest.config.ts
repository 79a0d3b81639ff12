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
      { test: { name: 'chart', include: ['test/chart/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        // Against a real Kubernetes API server, and real SPIRE: `npm run test-cluster` builds them first.
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts', 'test/spire/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        // Of the image that `npm run image` has built.
        test: { name: 'image', include: ['test/image/**/*.test.ts'], testTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
