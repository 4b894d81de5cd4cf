// SPDX-License-Identifier: Apache-2.0
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.crypto.CryptoProtocolVersion;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.fs.XAttr;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclEntryScope;
import org.apache.hadoop.fs.permission.AclEntryType;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsCreateModes;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.NameNodeProxiesClient;
import org.apache.hadoop.hdfs.protocol.ClientProtocol;
import org.apache.hadoop.hdfs.protocol.DirectoryListing;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.hdfs.protocol.LocatedBlocks;
import org.apache.hadoop.hdfs.protocol.OpenFileEntry;
import org.apache.hadoop.hdfs.protocol.OpenFilesIterator.OpenFilesType;
import org.apache.hadoop.io.EnumSetWritable;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Calls namenodes with Apache's client, as many users, and says what they answered. A request is a
 * number of strings, and each of them: the namenode's URI, user, operation, arguments. An answer is
 * a string: "ok" and the result, or the exception's class and message. Numbers have four bytes.
 *
 * <p>Numbers of inodes are not shown, for a namenode may leave some out. Times are shown only when a test has set them: they are small then.
 */
public class NamespaceClient {
  private static final long SMALL = 1_000_000_000L;
  private static final Configuration CONFIGURATION = new HdfsConfiguration();
  private static final Map<String, ClientProtocol> NAMENODES = new HashMap<>();

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
      String[] words = new String[count];
      for (int i = 0; i < count; i++) {
        words[i] = new String(requests.readNBytes(requests.readInt()), StandardCharsets.UTF_8);
      }
      byte[] answer = answer(words).getBytes(StandardCharsets.UTF_8);
      answers.writeInt(answer.length);
      answers.write(answer);
      answers.flush();
    }
  }

  private static String answer(String[] words) {
    String[] arguments = new String[words.length - 3];
    System.arraycopy(words, 3, arguments, 0, arguments.length);
    try {
      return "ok " + call(words[0], words[1], words[2], arguments);
    } catch (RemoteException refusal) {
      // Behind the message comes the server's stack, where it sends one.
      String message = String.valueOf(refusal.getMessage()).split("\n\tat ", 2)[0].stripTrailing();
      return refusal.getClassName() + ": " + message;
    } catch (Exception failure) {
      StringWriter text = new StringWriter();
      failure.printStackTrace(new PrintWriter(text));
      return "failed in the client: " + text;
    }
  }

  private static UserGroupInformation identity(String user) {
    return UserGroupInformation.createRemoteUser(user);
  }

  private static ClientProtocol namenode(String uri, String user) throws Exception {
    String key = user + "@" + uri;
    ClientProtocol known = NAMENODES.get(key);
    if (known == null) {
      UserGroupInformation identity = identity(user);
      known = identity.doAs((PrivilegedExceptionAction<ClientProtocol>) () ->
          NameNodeProxiesClient.createNonHAProxyWithClientProtocol(
              new java.net.InetSocketAddress(URI.create(uri).getHost(), URI.create(uri).getPort()),
              CONFIGURATION, identity, false, new AtomicBoolean()));
      NAMENODES.put(key, known);
    }
    return known;
  }

  /** Replaces "id:/path", which names an inode by the number that it has there. */
  private static String byId(String uri, String word) throws Exception {
    if (!word.startsWith("id:")) {
      return word;
    }
    String superuser = UserGroupInformation.getLoginUser().getShortUserName();
    HdfsFileStatus status = namenode(uri, superuser).getFileLinkInfo(word.substring(3));
    return "/.reserved/.inodes/" + (status == null ? 1L << 40 : status.getFileId());
  }

  private static String call(String uri, String user, String operation, String[] a)
      throws Exception {
    ClientProtocol namenode = namenode(uri, user);
    for (int i = 0; i < a.length; i++) {
      a[i] = byId(uri, a[i]);
    }
    String client = "client-of-" + user;
    switch (operation) {
      case "write":
        return write(uri, user, a[0], Integer.parseInt(a[1]));
      case "mkdirs":
        return "" + namenode.mkdirs(a[0], mode(a[1]), Boolean.parseBoolean(a[2]));
      case "create":
        return create(namenode, client, a);
      case "append":
        namenode.append(a[0], client, flags(CreateFlag.APPEND));
        return "";
      case "complete":
        return "" + namenode.complete(a[0], client, null, 0);
      case "recoverLease":
        return "" + namenode.recoverLease(a[0], client);
      case "isFileClosed":
        return "" + namenode.isFileClosed(a[0]);
      case "delete":
        return "" + namenode.delete(a[0], Boolean.parseBoolean(a[1]));
      case "rename":
        return "" + namenode.rename(a[0], a[1]);
      case "rename2":
        namenode.rename2(a[0], a[1], Options.Rename.valueOf(a[2]));
        return "";
      case "concat":
        namenode.concat(a[0], a[1].split(","));
        return "";
      case "truncate":
        return "" + namenode.truncate(a[0], Long.parseLong(a[1]), client);
      case "setReplication":
        return "" + namenode.setReplication(a[0], Short.parseShort(a[1]));
      case "setPermission":
        namenode.setPermission(a[0], mode(a[1]));
        return "";
      case "setOwner":
        namenode.setOwner(a[0], a[1].isEmpty() ? null : a[1], a[2].isEmpty() ? null : a[2]);
        return "";
      case "setTimes":
        namenode.setTimes(a[0], Long.parseLong(a[1]), Long.parseLong(a[2]));
        return "";
      case "setQuota":
        namenode.setQuota(a[0], Long.parseLong(a[1]), Long.parseLong(a[2]),
            a[3].isEmpty() ? null : StorageType.valueOf(a[3]));
        return "";
      case "setStoragePolicy":
        namenode.setStoragePolicy(a[0], a[1]);
        return "";
      case "unsetStoragePolicy":
        namenode.unsetStoragePolicy(a[0]);
        return "";
      case "createSymlink":
        namenode.createSymlink(a[0], a[1], mode("777"), false);
        return "";
      case "setSafeMode":
        return "" + namenode.setSafeMode(HdfsConstants.SafeModeAction.valueOf(a[0]), false);
      case "saveNamespace":
        return "" + namenode.saveNamespace(0, 0);
      case "rollEdits":
        namenode.rollEdits();
        return "";
      case "getCurrentEditLogTxid":
        return "" + namenode.getCurrentEditLogTxid();
      default:
        String answer = attribute(namenode, operation, a);
        return answer != null ? answer : question(namenode, operation, a);
    }
  }

  private static String attribute(ClientProtocol namenode, String operation, String[] a)
      throws IOException {
    switch (operation) {
      case "modifyAclEntries":
        namenode.modifyAclEntries(a[0], acl(a[1]));
        return "";
      case "removeAclEntries":
        namenode.removeAclEntries(a[0], acl(a[1]));
        return "";
      case "removeDefaultAcl":
        namenode.removeDefaultAcl(a[0]);
        return "";
      case "removeAcl":
        namenode.removeAcl(a[0]);
        return "";
      case "setAcl":
        namenode.setAcl(a[0], acl(a[1]));
        return "";
      case "getAclStatus":
        AclStatus status = namenode.getAclStatus(a[0]);
        return status + " " + status.getPermission();
      case "setXAttr":
        namenode.setXAttr(a[0], xattr(a[1], a[2]), xattrFlags(a[3]));
        return "";
      case "removeXAttr":
        namenode.removeXAttr(a[0], xattr(a[1], ""));
        return "";
      case "getXAttrs":
        List<XAttr> wanted = new ArrayList<>();
        for (String name : a[1].isEmpty() ? new String[0] : a[1].split(",")) {
          wanted.add(xattr(name, ""));
        }
        return show(namenode.getXAttrs(a[0], wanted));
      case "listXAttrs":
        return show(namenode.listXAttrs(a[0]));
      default:
        return null;
    }
  }

  private static String question(ClientProtocol namenode, String operation, String[] a)
      throws IOException {
    switch (operation) {
      case "getFileInfo":
        return show(namenode.getFileInfo(a[0]));
      case "getFileLinkInfo":
        return show(namenode.getFileLinkInfo(a[0]));
      case "getLocatedFileInfo":
        return show(namenode.getLocatedFileInfo(a[0], false));
      case "getListing":
        return show(namenode.getListing(a[0], new byte[0], false));
      case "getBlockLocations":
        LocatedBlocks blocks = namenode.getBlockLocations(a[0], 0, Long.MAX_VALUE);
        return blocks == null ? "null" : blocks.getFileLength() + " " + blocks.locatedBlockCount();
      case "getContentSummary":
        return namenode.getContentSummary(a[0]).toString(true);
      case "getQuotaUsage":
        return namenode.getQuotaUsage(a[0]).toString(true);
      case "getPreferredBlockSize":
        return "" + namenode.getPreferredBlockSize(a[0]);
      case "getStoragePolicy":
        return namenode.getStoragePolicy(a[0]).toString();
      case "getLinkTarget":
        return namenode.getLinkTarget(a[0]);
      case "checkAccess":
        namenode.checkAccess(a[0], FsAction.valueOf(a[1]));
        return "";
      case "listCorruptFileBlocks":
        return "" + namenode.listCorruptFileBlocks(a[0], null).getFiles().length;
      case "listOpenFiles":
        StringBuilder open = new StringBuilder();
        var page = namenode.listOpenFiles(0, EnumSet.of(OpenFilesType.ALL_OPEN_FILES), a[0]);
        for (int i = 0; i < page.size(); i++) {
          OpenFileEntry entry = page.get(i);
          open.append(entry.getFilePath()).append(' ').append(entry.getClientName()).append(' ');
        }
        return open + "more: " + page.hasMore();
      case "getEZForPath":
        return "" + namenode.getEZForPath(a[0]);
      case "getErasureCodingPolicy":
        return "" + namenode.getErasureCodingPolicy(a[0]);
      case "getEnclosingRoot":
        return "" + namenode.getEnclosingRoot(a[0]);
      default:
        throw new IllegalArgumentException("no such operation: " + operation);
    }
  }

  /** A file with data, through the client's own streams. */
  private static String write(String uri, String user, String path, int size) throws Exception {
    return identity(user).doAs((PrivilegedExceptionAction<String>) () -> {
      try (OutputStream out = FileSystem.get(URI.create(uri), CONFIGURATION)
          .create(new Path(path), true)) {
        out.write(new byte[size]);
      }
      return "";
    });
  }

  /** Path, mode, what: "closed", "open" or "overwrite"; whether to make parents. */
  private static String create(ClientProtocol namenode, String client, String[] a)
      throws IOException {
    EnumSetWritable<CreateFlag> flags = a[2].equals("overwrite")
        ? flags(CreateFlag.CREATE, CreateFlag.OVERWRITE) : flags(CreateFlag.CREATE);
    HdfsFileStatus status = namenode.create(a[0], mode(a[1]), client, flags,
        Boolean.parseBoolean(a[3]), (short) 1, 1 << 20, CryptoProtocolVersion.supported(), null,
        null);
    if (!a[2].equals("open")) {
      namenode.complete(a[0], client, null, status.getFileId());
    }
    return show(status);
  }

  private static EnumSetWritable<CreateFlag> flags(CreateFlag first, CreateFlag... more) {
    return new EnumSetWritable<>(EnumSet.of(first, more), CreateFlag.class);
  }

  /** "755", or "755/777" with the mode before the umask behind. */
  private static FsPermission mode(String text) {
    String[] parts = text.split("/");
    FsPermission masked = new FsPermission(Short.parseShort(parts[0], 8));
    return parts.length == 1 ? masked
        : FsCreateModes.create(masked, new FsPermission(Short.parseShort(parts[1], 8)));
  }

  /** "default:user:bob:rwx,…": each part may be empty but for the type. */
  private static List<AclEntry> acl(String text) {
    List<AclEntry> entries = new ArrayList<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] words = part.split(":", -1);
      int at = words.length - 3;
      entries.add(new AclEntry.Builder()
          .setScope(at == 1 ? AclEntryScope.DEFAULT : AclEntryScope.ACCESS)
          .setType(AclEntryType.valueOf(words[at].toUpperCase()))
          .setName(words[at + 1])
          .setPermission(FsAction.getFsAction(words[at + 2]))
          .build());
    }
    return entries;
  }

  /** "USER.name"; a value "" is none, "-" is an empty one, and "*1000" is so many bytes. */
  private static XAttr xattr(String name, String value) {
    String[] parts = name.split("\\.", 2);
    XAttr.Builder builder = new XAttr.Builder()
        .setNameSpace(XAttr.NameSpace.valueOf(parts[0])).setName(parts[1]);
    if (value.startsWith("*")) {
      builder.setValue(new byte[Integer.parseInt(value.substring(1))]);
    } else if (!value.isEmpty()) {
      builder.setValue(value.equals("-") ? new byte[0] : value.getBytes(StandardCharsets.UTF_8));
    }
    return builder.build();
  }

  private static EnumSet<XAttrSetFlag> xattrFlags(String text) {
    EnumSet<XAttrSetFlag> flags = EnumSet.noneOf(XAttrSetFlag.class);
    for (String word : text.isEmpty() ? new String[0] : text.split(",")) {
      flags.add(XAttrSetFlag.valueOf(word));
    }
    return flags;
  }

  private static String show(List<XAttr> xattrs) {
    StringBuilder text = new StringBuilder();
    for (XAttr xattr : xattrs) {
      byte[] value = xattr.getValue();
      text.append(xattr.getNameSpace()).append('.').append(xattr.getName()).append('=')
          .append(value == null ? "none" : value.length > 20 ? value.length + " bytes"
              : '"' + new String(value, StandardCharsets.UTF_8) + '"')
          .append(' ');
    }
    return text.toString();
  }

  private static String show(DirectoryListing listing) {
    if (listing == null) {
      return "null";
    }
    StringBuilder text = new StringBuilder();
    for (HdfsFileStatus status : listing.getPartialListing()) {
      text.append(status.getLocalName()).append(": ").append(show(status)).append("; ");
    }
    return text + "remaining " + listing.getRemainingEntries();
  }

  private static String show(HdfsFileStatus status) {
    if (status == null) {
      return "null";
    }
    FileStatus flags = (FileStatus) status;
    Map<String, Object> shown = new TreeMap<>();
    shown.put("owner", status.getOwner() + ":" + status.getGroup());
    shown.put("mode", Integer.toOctalString(status.getPermission().toShort()));
    shown.put("length", status.getLen());
    shown.put("replication", status.getReplication());
    shown.put("blockSize", status.getBlockSize());
    shown.put("children", status.getChildrenNum());
    shown.put("policy", status.getStoragePolicy());
    shown.put("flags", (status.isDirectory() ? "d" : "-") + (status.isSymlink() ? "l" : "-")
        + (flags.hasAcl() ? "+" : "-") + (flags.isEncrypted() ? "e" : "-")
        + (flags.isSnapshotEnabled() ? "s" : "-"));
    if (status.getModificationTime() < SMALL) {
      shown.put("mtime", status.getModificationTime());
    }
    // Apache's directories have an access time until the next start; ours have none.
    if (status.getAccessTime() < SMALL && !status.isDirectory()) {
      shown.put("atime", status.getAccessTime());
    }
    return shown.toString();
  }
}
