import { registerCloudSql } from '../cloud-sql.ts';

registerCloudSql({
  cloud: 'emr-serverless',
  tokenLifeMs: 60 * 60_000,
  tuned: (emrServerless) => ({ emrServerless }),
});
