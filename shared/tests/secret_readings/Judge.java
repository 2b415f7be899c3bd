import java.io.*;
import java.net.URLDecoder;
import java.util.Properties;
import static java.nio.charset.StandardCharsets.UTF_8;

/** How Java reads a text in a properties file, and as a password in the sasl.jaas.config of one: one line of verdicts for each
 *  line of percent-encoded text on standard input. */
public class Judge {
    static String property(String value) {
        try {
            Properties properties = new Properties();
            properties.load(new ByteArrayInputStream(("x=" + value + "\n").getBytes(UTF_8)));
            return properties.getProperty("x");
        } catch (IllegalArgumentException | IOException refused) {
            return null;
        }
    }

    /** The password of a login module, by the grammar that Kafka's clients read: module, flag, name=value pairs, semicolon. */
    static String password(String config) throws IOException {
        if (config == null) return null;
        StreamTokenizer tokens = new StreamTokenizer(new StringReader(config));
        tokens.slashSlashComments(true);
        tokens.slashStarComments(true);
        for (char c : "-_$".toCharArray()) tokens.wordChars(c, c);
        tokens.nextToken();
        tokens.nextToken();
        String password = null;
        while (tokens.nextToken() != StreamTokenizer.TT_EOF) {
            if (tokens.ttype == ';') return password;
            String name = tokens.sval;
            if (tokens.nextToken() != '=' || tokens.nextToken() == StreamTokenizer.TT_EOF || tokens.sval == null) return null;
            if ("password".equals(name)) password = tokens.sval;
        }
        return null;
    }

    static String verdict(String read, String text) {
        return read == null ? "refused" : read.equals(text) ? "same" : "different";
    }

    public static void main(String[] arguments) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line; (line = lines.readLine()) != null;) {
            String text = URLDecoder.decode(line, UTF_8);
            String jaas = property("org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"" + text + "\";");
            System.out.println(verdict(property(text), text) + "\t" + verdict(password(jaas), text));
        }
    }
}
