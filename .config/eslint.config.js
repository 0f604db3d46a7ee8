import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const BANNED_SYNTAX = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Named exports only: a name is found by search and survives a refactoring.',
  },
  { selector: 'TSEnumDeclaration', message: 'Write a const tuple and a union of its members.' },
  {
    selector: 'TSParameterProperty',
    message: 'Declare the field and assign it: the code must run with its types stripped.',
  },
  {
    selector: "PropertyDefinition[accessibility='private']",
    message: 'Use #private, which is private at run time too.',
  },
  {
    selector: "MethodDefinition[kind!='constructor'][accessibility='private']",
    message: 'Use #private, which is private at run time too.',
  },
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'reports/', '.stryker-tmp/', 'docs/', 'site/', '**/*_pb.ts']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // An underscore says that a value is left out or left alone on purpose.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      // A number in a message is fine as it is; anything else must be turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => void` callbacks of one line read better than a block with a return.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An async method without await still turns a throw into a rejection, which the contract asks for.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...BANNED_SYNTAX],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // Programs that speak to a person.
    files: ['examples/**', 'bench/**', '.config/**', 'src/cli/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Their loaders ask for a default export; a platform team's own classes are in its own style.
    files: ['**/*.config.ts', 'test/**/fixtures/**', 'examples/container/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**', 'providers/_template/test/**'],
    rules: {
      // Tests hand wrong values in on purpose, and take objects apart to make odd ones.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
