/** The recipes of the page "Test Python code without a cloud": what pip installs for each, and the files of `examples/python` that it runs. */
export const RECIPES: Readonly<Record<string, { readonly requirements: string; readonly files: readonly string[] }>> = {
  'recipe-sdks': {
    requirements: 'requirements/recipe-sdks.txt',
    files: ['test_boto3.py', 'test_throttling.py', 'test_dataproc.py'],
  },
  'recipe-airflow': {
    requirements: 'requirements/recipe-airflow.txt',
    files: ['test_airflow_emr_serverless.py', 'test_airflow_dataproc.py'],
  },
  'recipe-dbt': { requirements: 'requirements/recipe-dbt.txt', files: ['test_dbt.py'] },
};
