/** Mutation testing of the decision (npm run mutation): slow, run by hand; the score stands in reports/mutation.json. */
export default {
  packageManager: 'npm',
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: true },
  mutate: ['src/check/**/*.ts', '!src/check/reasons/**'],
  // Stryker would rewrite tsconfig.json through TypeScript's JavaScript API, which TypeScript 7 does not have. Node strips the types.
  tsconfigFile: 'none.json',
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  ignorePatterns: ['.tools', '.world', 'dist', 'reports', 'charts', 'envoy'],
  tempDirName: '.stryker-tmp',
}
