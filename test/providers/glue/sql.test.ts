import { registerCloudSql } from '../cloud-sql.ts';

registerCloudSql({ cloud: 'glue', tokenLifeMs: 30 * 60_000, tuned: (glue) => ({ glue }) });
