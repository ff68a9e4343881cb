import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the types are those of the published description: else `npm run api-types`', () => {
  const check = (): string => execFileSync('npm', ['run', '--silent', 'api-types', '--', '--check'], { encoding: 'utf8', stdio: 'pipe' });
  expect(check).not.toThrow();
}, 120_000);
