import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connect.SparkSession;

/** The JVM client of Spark Connect. Prints what the programs in Python print. */
class JvmClient {
  public static void main(String[] words) throws Exception {
    try {
      SparkSession spark = SparkSession.builder().remote(System.getenv("SPARK_REMOTE")).getOrCreate();
      if (words[0].equals("job")) {
        printRows(spark.sql(words[1]));
      } else {
        printChecksum(spark.sql(words[1]));
        printRows(spark.sql("SELECT 1 AS one"));
      }
      System.exit(0);
    } catch (Throwable error) {
      System.out.println("{\"error\": \"" + String.valueOf(error).replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
      System.exit(1);
    }
  }

  private static void printRows(Dataset<Row> rows) {
    System.out.println("{\"rows\": [" + rows.collectAsList().stream().map(JvmClient::toJson).collect(Collectors.joining(",")) + "]}");
  }

  private static String toJson(Row row) {
    return IntStream.range(0, row.size()).mapToObj((at) -> row.get(at).toString()).collect(Collectors.joining(",", "[", "]"));
  }

  private static void printChecksum(Dataset<Row> rows) throws Exception {
    MessageDigest checksum = MessageDigest.getInstance("SHA-256");
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    long count = 0;
    for (Iterator<Row> each = rows.toLocalIterator(); each.hasNext(); count += 1) {
      checksum.update(bytes.putLong(0, each.next().getLong(0)).array());
    }
    System.out.println("{\"count\": " + count + ", \"sha256\": \"" + HexFormat.of().formatHex(checksum.digest()) + "\"}");
  }
}
