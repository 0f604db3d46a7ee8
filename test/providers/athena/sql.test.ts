import { registerCloudSql } from '../cloud-sql.ts';

registerCloudSql({ cloud: 'athena', tokenLifeMs: 30 * 60_000, tuned: (athena) => ({ athena }) });
