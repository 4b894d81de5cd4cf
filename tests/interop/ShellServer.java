// SPDX-License-Identifier: Apache-2.0
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.tools.DFSAdmin;
import org.apache.hadoop.hdfs.tools.DFSHAAdmin;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * Runs many commands of Apache's tools in one process, for the start of a process takes longer
 * than a command. A request is a number of strings, and each of them: tool, user, standard input,
 * arguments. An answer is the exit status, output and errors. Numbers have four bytes.
 */
public class ShellServer {
  public static void main(String[] ignored) throws Exception {
    DataInputStream requests = new DataInputStream(System.in);
    DataOutputStream answers = new DataOutputStream(System.out);
    while (true) {
      int count;
      try {
        count = requests.readInt();
      } catch (EOFException end) {
        return;
      }
      byte[][] words = new byte[count][];
      for (int i = 0; i < count; i++) {
        words[i] = requests.readNBytes(requests.readInt());
      }
      answer(words, answers);
    }
  }

  private static void answer(byte[][] words, DataOutputStream answers) throws Exception {
    String tool = text(words[0]);
    String user = text(words[1]);
    String[] arguments = new String[words.length - 3];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = text(words[i + 3]);
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    InputStream in = System.in;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status;
    try {
      System.setOut(new PrintStream(output, true));
      System.setErr(new PrintStream(errors, true));
      System.setIn(new ByteArrayInputStream(words[2]));
      status = run(tool, user, arguments);
    } finally {
      System.out.flush();
      System.setOut(out);
      System.setErr(err);
      System.setIn(in);
    }
    answers.writeInt(status & 0xff);
    answers.writeInt(output.size());
    output.writeTo(answers);
    answers.writeInt(errors.size());
    errors.writeTo(answers);
    answers.flush();
  }

  private static int run(String tool, String user, String[] arguments) throws Exception {
    UserGroupInformation identity =
        user.isEmpty() ? UserGroupInformation.getLoginUser()
                       : UserGroupInformation.createRemoteUser(user);
    return identity.doAs((PrivilegedExceptionAction<Integer>) () -> {
      Configuration configuration = new HdfsConfiguration();
      Tool instance = tool.equals("dfs") ? new FsShell()
          : tool.equals("haadmin") ? new DFSHAAdmin() : new DFSAdmin();
      try {
        return ToolRunner.run(configuration, instance, arguments);
      } finally {
        // What a command has set on a file system must not reach the next one.
        FileSystem.closeAllForUGI(identity);
      }
    });
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
