import type { Row } from '../command-row.ts';

const KERNEL_COMMANDS: readonly Row[] = [
  [
    'kernel install',
    'add a Jupyter kernel for PySpark in an environment; needs ipykernel and pyspark',
    async () => (await import('../commands/kernel.ts')).runKernelInstall,
    ['--name <name>', 'the name of the kernel (default: anysession- and the environment)'],
  ],
  [
    'kernel list',
    'list the kernels that kernel install has added',
    async () => (await import('../commands/kernel.ts')).runKernelList,
  ],
  [
    'kernel remove',
    'remove a kernel',
    async () => (await import('../commands/kernel.ts')).runKernelRemove,
    ['<name>', 'the name of the kernel'],
  ],
  [
    'kernel run',
    'run the kernel of one notebook; Jupyter calls this',
    async () => (await import('../commands/kernel-run.ts')).runKernel,
    ['<python>', 'the Python of the kernel'],
    ['<file>', "Jupyter's connection file"],
  ],
];

/** The commands on Jupyter kernels. */
export function kernelCommands(): readonly Row[] {
  return KERNEL_COMMANDS;
}
